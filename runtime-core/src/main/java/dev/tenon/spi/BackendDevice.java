package dev.tenon.spi;

import dev.tenon.op.Op;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** One device of a backend. Safe for use by several threads. */
public interface BackendDevice extends AutoCloseable {
    DeviceProperties properties();

    /**
     * Allocates uninitialized memory, aligned to 64 bytes or better.
     *
     * @throws dev.tenon.error.OutOfDeviceMemoryException if the pool cannot serve it
     */
    DeviceBuffer allocate(long bytes);

    /**
     * Uses existing off-heap memory in place, where the device can. The caller keeps the segment alive.
     *
     * @return empty where the device cannot address it
     */
    Optional<DeviceBuffer> wrap(MemorySegment segment);

    MemoryUse memory();

    /** Gives cached free memory back to the system. */
    void trim();

    /**
     * Asks whether the device runs an operator with these types and shapes. The operator is already checked.
     *
     * @return empty if it does, else what it lacks
     */
    Optional<String> whyUnsupported(Op op);

    /** The stream that operators run on unless the caller opens another. */
    BackendStream defaultStream();

    /** A further stream, independent of the others. */
    BackendStream openStream();

    /**
     * Measures what the device can do at most, in a second or two, for rooflines. Nothing else should run meanwhile.
     *
     * @return empty where the device has no probe
     */
    default Optional<DeviceLimits> measureLimits() {
        return Optional.empty();
    }

    /** What can be chosen of how the device runs its kernels; empty where nothing can. */
    default Optional<BackendTuning> tuning() {
        return Optional.empty();
    }

    /**
     * Copies host memory into a buffer in the order of the default stream; done when it returns. The segment may be on the
     * heap, or confined to the calling thread.
     */
    default void upload(MemorySegment from, DeviceBuffer to, long toOffset) {
        defaultStream().upload(from, to, toOffset).synchronize();
    }

    /**
     * Copies a buffer's bytes into host memory in the order of the default stream; done when it returns. The segment may be
     * on the heap, or confined to the calling thread.
     */
    default void download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        defaultStream().download(from, fromOffset, to).synchronize();
    }

    @Override
    void close();
}
