package dev.tenon.memory;

import dev.tenon.error.ShapeException;
import dev.tenon.spi.DeviceBuffer;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Host memory outside the Java heap. */
public final class HostBuffer implements DeviceBuffer {
    private final MemorySegment segment;
    private final long address;
    private final Runnable release;

    HostBuffer(MemorySegment segment, Runnable release) {
        this.segment = segment;
        this.address = segment.address();
        this.release = release;
    }

    /** Uses a native segment in place; whoever owns it keeps it alive. */
    public static HostBuffer wrap(MemorySegment segment) {
        if (!segment.isNative()) {
            throw new dev.tenon.error.InvalidArgumentException("only off-heap memory can be used in place");
        }
        return new HostBuffer(segment, () -> {});
    }

    public MemorySegment segment() {
        return segment;
    }

    /**
     * A part of it.
     *
     * @throws ShapeException if it has no such bytes
     */
    public MemorySegment slice(long offset, long bytes) {
        if (offset < 0 || offset > segment.byteSize() - bytes) {
            throw new ShapeException(
                    "slice", bytes + " bytes at " + offset + " leave a buffer of " + segment.byteSize(), List.of());
        }
        return segment.asSlice(offset, bytes);
    }

    /** The first byte's address: what kernels compute with. */
    public long address() {
        return address;
    }

    @Override
    public long bytes() {
        return segment.byteSize();
    }

    @Override
    public void close() {
        release.run();
    }
}
