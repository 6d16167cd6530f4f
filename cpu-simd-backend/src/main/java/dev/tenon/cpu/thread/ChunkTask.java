package dev.tenon.cpu.thread;

/**
 * Work cut into numbered chunks. What a chunk computes must depend on its number alone, never on the thread that runs
 * it or on what ran before it: that is what makes results repeat bit for bit.
 */
@FunctionalInterface
public interface ChunkTask {
    /** Does chunk {@code chunk}, counted from 0. Runs at the same time as other chunks. */
    void run(int chunk);
}
