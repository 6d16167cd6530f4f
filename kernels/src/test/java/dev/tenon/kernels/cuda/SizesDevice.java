package dev.tenon.kernels.cuda;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Map;
import java.util.Optional;

/** Buffers that have a size and no memory, so that launches of any size can be planned. */
final class SizesDevice implements BackendDevice {
    record Sized(long bytes) implements DeviceBuffer {
        @Override
        public void close() {}
    }

    static Device open() {
        return new Device(new SizesDevice(), Configuration.DEFAULT);
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                "sizes", "test", "no memory", Long.MAX_VALUE, 1, false, EnumSet.allOf(DType.class), Map.of());
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        return new Sized(bytes);
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return Optional.empty();
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
        throw new UnsupportedOperationException();
    }

    @Override
    public void download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
