package dev.tenon.memory;

/** Block sizes: powers of two in four steps each (eight from 1 MiB), so that at most a quarter of a block is unused. */
final class SizeClass {
    static final long ALIGNMENT = 64;
    private static final long FINE_FROM = 1 << 20;

    private SizeClass() {}

    /** The block size that serves {@code bytes}: a multiple of 64, at least 64. */
    static long of(long bytes) {
        if (bytes <= 4 * ALIGNMENT) {
            return Math.max(1, (bytes + ALIGNMENT - 1) / ALIGNMENT) * ALIGNMENT;
        }
        long step = Long.highestOneBit(bytes - 1) / (bytes >= FINE_FROM ? 8 : 4);
        long size = (bytes + step - 1) / step * step;
        return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }
}
