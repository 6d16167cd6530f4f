package dev.tenon;

import dev.tenon.error.DeviceException;
import dev.tenon.op.Op;
import java.util.ArrayList;
import java.util.List;

/** Collects the operators of a capture and holds their operands. */
final class Recorder {
    private final Device device;
    private final List<Op> ops = new ArrayList<>();

    Recorder(Device device) {
        this.device = device;
    }

    /** The operator is checked and its operands are held by the caller; from here on they are held by the graph. */
    void record(Device target, Op op) {
        if (target != device) {
            throw new DeviceException(target.name(), op.name() + " inside a capture of " + device.name());
        }
        ops.add(op);
    }

    void abandon() {
        ops.forEach(Operands::release);
    }

    /** What was recorded, in order. */
    List<Op> ops() {
        return List.copyOf(ops);
    }

    Graph finish() {
        try {
            return new Graph(device, List.copyOf(ops));
        } catch (RuntimeException | Error e) {
            abandon();
            throw e;
        }
    }
}
