package dev.tenon.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Host memory mapped for one block alone, so that it can be given back. */
record LargeBlock(MemorySegment segment, Runnable unmap) {
    /**
     * @param bytes a multiple of 64
     * @throws OutOfMemoryError if the system refuses
     */
    @SuppressWarnings("MustBeClosedChecker") // The arena lives as long as the block.
    static LargeBlock map(long bytes) {
        if (HostMemoryNative.isAvailable()) {
            return HostMemoryNative.map(bytes);
        }
        Arena arena = Arena.ofShared();
        try {
            return new LargeBlock(arena.allocate(bytes, 4096), arena::close);
        } catch (OutOfMemoryError e) {
            arena.close();
            throw e;
        }
    }
}
