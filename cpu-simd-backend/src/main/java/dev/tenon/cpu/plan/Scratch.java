package dev.tenon.cpu.plan;

import java.lang.foreign.Arena;

/**
 * Staging memory of one thread, small enough for the first-level cache. It goes with its thread: few threads ever run
 * kernels, and each keeps some tens of kilobytes.
 */
public final class Scratch {
    /** Elements of a staged tile. Per-tile costs are below a tenth of the work at this size. */
    public static final int TILE = 512;

    /** The most operands that a loop has. */
    static final int SLOTS = 8;

    private static final int SLOT_BYTES = TILE * Long.BYTES;
    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    private final Arena arena = Arena.ofAuto();
    private final long tiles = arena.allocate((long) SLOTS * SLOT_BYTES, 64).address();
    private Arena rowArena = arena;
    private long rows;
    private long rowBytes;

    final long[] base = new long[SLOTS];
    final long[] at = new long[SLOTS];
    final long[] index = new long[64];

    private Scratch() {}

    public static Scratch current() {
        return CURRENT.get();
    }

    /** The staging tile of one operand. */
    public long tile(int slot) {
        return tiles + (long) slot * SLOT_BYTES;
    }

    /** At least {@code count} buffers of {@code bytes} bytes each for whole rows; contents do not last between calls. */
    public long rows(int count, long bytes) {
        long padded = (bytes + 127) / 64 * 64;
        if (count * padded > rowBytes) {
            rowBytes = Math.max(1 << 16, count * padded);
            rowArena = Arena.ofAuto();
            rows = rowArena.allocate(rowBytes, 64).address();
        }
        return rows;
    }
}
