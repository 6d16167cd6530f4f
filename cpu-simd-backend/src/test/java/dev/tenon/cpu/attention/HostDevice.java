package dev.tenon.cpu.attention;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Host memory that runs no operator: what kernels need to be tested by themselves. It is never freed, as a bound kernel
 * holds addresses only.
 */
final class HostDevice implements BackendDevice {
    private final BackendStream stream = new Idle();

    static Device open() {
        return new Device(new HostDevice(), Configuration.DEFAULT);
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                "host", "test", "host memory", 1L << 40, 1, true, EnumSet.allOf(DType.class), Map.of());
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        return HostBuffer.wrap(Arena.global().allocate(Math.max(64, bytes), 64));
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return Optional.of(HostBuffer.wrap(segment));
    }

    @Override
    public MemoryUse memory() {
        return new MemoryUse(0, 0, 0);
    }

    @Override
    public void trim() {}

    @Override
    public Optional<String> whyUnsupported(Op op) {
        return Optional.of("no operators here");
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
    /** Moves bytes and runs nothing. */
    private static final class Idle implements BackendStream {
        @Override
        public void execute(Op op) {
            throw new UnsupportedOperationException();
        }

        @Override
        public BackendGraph compile(List<Op> ops) {
            throw new UnsupportedOperationException();
        }

        @Override
        public StreamEvent record() {
            return StreamEvent.PASSED;
        }

        @Override
        public void waitFor(StreamEvent event) {}

        @Override
        public void synchronize() {}

        @Override
        public void close() {}
    }
}
