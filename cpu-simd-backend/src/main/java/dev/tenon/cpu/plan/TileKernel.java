package dev.tenon.cpu.plan;

/** Computes a run of contiguous elements. */
@FunctionalInterface
public interface TileKernel {
    /**
     * @param at each operand's address, in the order the loop was given them
     * @param count elements; in the F32 domain a whole number of vectors
     */
    void run(long[] at, int count);
}
