package dev.tenon.spi;

/**
 * Memory of a device. Opaque: only {@link dev.tenon.memory.HostBuffer} gives a segment, since a device pointer must
 * never look dereferenceable.
 */
public interface DeviceBuffer extends AutoCloseable {
    long bytes();

    /** Gives the memory back once all work already queued on it is done. Called once. */
    @Override
    void close();
}
