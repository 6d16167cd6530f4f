package dev.tenon.conformance;

import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceLimits;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;

/**
 * A backend's device as the suite uses it: whoever asks for an operator that the device lacks and may lack ends as a
 * skipped test, with the device's reason. All else is the device's own.
 *
 * @param mayLack which operators are asked for in vain without a failure
 */
record LenientDevice(BackendDevice device, Predicate<Op> mayLack) implements BackendDevice {
    @Override
    public Optional<String> whyUnsupported(Op op) {
        Optional<String> reason = device.whyUnsupported(op);
        if (reason.isPresent() && mayLack.test(op)) {
            Assumptions.abort(reason.get());
        }
        return reason;
    }

    @Override
    public DeviceProperties properties() {
        return device.properties();
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        return device.allocate(bytes);
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return device.wrap(segment);
    }

    @Override
    public MemoryUse memory() {
        return device.memory();
    }

    @Override
    public void trim() {
        device.trim();
    }

    @Override
    public BackendStream defaultStream() {
        return device.defaultStream();
    }

    @Override
    public BackendStream openStream() {
        return device.openStream();
    }

    @Override
    public Optional<DeviceLimits> measureLimits() {
        return device.measureLimits();
    }

    @Override
    public void close() {
        device.close();
    }
}
