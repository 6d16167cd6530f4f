package dev.tenon;

import dev.tenon.error.DeviceException;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.Inference;
import dev.tenon.op.Op;
import dev.tenon.profile.OpEvent;
import dev.tenon.profile.Profiler;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.OpTiming;
import java.util.List;
import java.util.Optional;

/** The one way from an operator to a stream: check it, hold its operands, run or record it, profile it. */
final class Execution {
    private Execution() {}

    static void run(Device device, Op op) {
        ThreadState state = ThreadState.current();
        check(device, op);
        Operands.acquire(op);
        boolean recorded = false;
        try {
            if (state.recorder != null) {
                state.recorder.record(device, op);
                recorded = true;
            } else {
                execute(device, stream(device), op);
            }
        } finally {
            if (!recorded) {
                Operands.release(op);
            }
        }
    }

    /** The thread's current stream if it is one of the device's, else the default one. */
    static BackendStream stream(Device device) {
        Stream stream = ThreadState.current().stream;
        return stream != null && stream.device() == device
                ? stream.backend()
                : device.backend().defaultStream();
    }

    private static void check(Device device, Op op) {
        checkDevice(device, op, op.inputs());
        checkDevice(device, op, op.outputs());
        Inference.check(op);
        Aliasing.check(op);
        Optional<String> reason = device.backend().whyUnsupported(op);
        if (reason.isPresent()) {
            throw new UnsupportedOpException(Descriptions.of(op), device.name(), reason.get());
        }
    }

    private static void checkDevice(Device device, Op op, List<Tensor> operands) {
        for (int i = 0; i < operands.size(); i++) {
            if (operands.get(i).device() != device) {
                throw new DeviceException(
                        device.name(),
                        Descriptions.of(op) + ": an operand is on "
                                + operands.get(i).device().name());
            }
        }
    }

    static void execute(Device device, BackendStream stream, Op op) {
        OpEvent event = Profiler.begin();
        OpTiming timing = null;
        try {
            if (event == null) {
                stream.execute(op);
            } else {
                timing = stream.executeTimed(op);
            }
        } catch (RuntimeException | Error e) {
            if (device.configuration().poison()) {
                Poison.fill(op);
            }
            throw e;
        }
        if (event != null && timing != null) {
            Profiler.end(event, device.name(), op, timing);
        }
    }
}
