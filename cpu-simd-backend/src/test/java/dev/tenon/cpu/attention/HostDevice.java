package dev.tenon.cpu.attention;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/**
 * Host memory that runs no operator: what kernels need to be tested by themselves. It is never freed, as a bound kernel
 * holds addresses only.
 */
final class HostDevice implements BackendDevice {
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
        throw new UnsupportedOperationException();
    }

    @Override
    public BackendStream openStream() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void upload(MemorySegment from, DeviceBuffer to, long toOffset) {
        MemorySegment.copy(from, 0, ((HostBuffer) to).segment(), toOffset, from.byteSize());
    }

    @Override
    public void download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        MemorySegment.copy(((HostBuffer) from).segment(), fromOffset, to, 0, to.byteSize());
    }

    @Override
    public void close() {}
}
