package dev.tenon;

/**
 * How a {@link Tenon} runs; immutable.
 *
 * @param threads threads that the CPU backend's team uses, the caller included; 0: one a core
 * @param memoryLimit bytes that each host pool may hold, cached buffers included; 0: nine tenths of the machine's memory
 * @param trackAllocations record where each live buffer was made, so that {@link Device#liveBuffers()} can say so
 * @param poison fill an operator's outputs with NaN (integers: all bits set) when it fails half-way
 */
public record Configuration(int threads, long memoryLimit, boolean trackAllocations, boolean poison) {
    /** One thread a core, nine tenths of memory, no debugging. */
    public static final Configuration DEFAULT = new Configuration(0, 0, false, false);

    public Configuration withThreads(int count) {
        return new Configuration(count, memoryLimit, trackAllocations, poison);
    }

    public Configuration withMemoryLimit(long bytes) {
        return new Configuration(threads, bytes, trackAllocations, poison);
    }

    /** Turns on both debugging aids. */
    public Configuration debugging() {
        return new Configuration(threads, memoryLimit, true, true);
    }
}
