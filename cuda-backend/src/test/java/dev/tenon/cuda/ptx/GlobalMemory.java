package dev.tenon.cuda.ptx;

import org.jspecify.annotations.Nullable;

/** A device's memory as kernels see it. */
public interface GlobalMemory {
    /** The allocation that an address lies in; null if it lies in none that is alive. */
    @Nullable
    Region at(long address);

    /** What the bytes of a tensor map mean. */
    TensorBox tensorMap(byte[] map);
}
