package dev.tenon.spi;

import dev.tenon.DType;

/**
 * The loops over host memory that ranks exchange tensors with, as code that no compiler has to see run first. A backend for the
 * host provides it, found with {@code ServiceLoader}; transports do without it where there is none.
 *
 * <p>Addresses are absolute, and any alignment will do. Nothing is checked: who calls vouches for the memory. What was written is
 * seen by whoever sees a value that was stored after the call with release semantics.
 */
public interface HostReducer {
    /** Sizes are multiples of so many bytes. */
    int LINE = 64;

    /** Whether this process can run the loops; all else is called only then. */
    boolean isAvailable();

    /**
     * {@code out[i] = a[i] + b[i]}; outputs may be inputs. Integers wrap.
     *
     * @param type F32, I32 or I64
     * @param other where the sums are written, too; 0: nowhere
     * @param bytes of each, a multiple of {@link #LINE}
     * @param pastCaches to write {@code other} to memory and not to this core's caches. Worth it where the core that reads it
     *     next shares no cache with this one; ignored where {@code other} is not aligned to {@link #LINE}
     */
    void add(DType type, long a, long b, long out, long other, long bytes, boolean pastCaches);

    /**
     * Copies. The ranges must not overlap.
     *
     * @param bytes a multiple of {@link #LINE}
     * @param pastCaches to write to memory and not to this core's caches; ignored where {@code to} is not aligned to
     *     {@link #LINE}
     */
    void copy(long from, long to, long bytes, boolean pastCaches);
}
