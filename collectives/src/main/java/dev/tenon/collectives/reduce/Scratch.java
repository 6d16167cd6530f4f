package dev.tenon.collectives.reduce;

import java.lang.foreign.Arena;

/** A thread's own tile. */
final class Scratch {
    private static final int BYTES = 8 << 10;
    private static final ThreadLocal<Scratch> CURRENT = ThreadLocal.withInitial(Scratch::new);

    private final Arena arena = Arena.ofAuto();
    private final long address = arena.allocate(BYTES, 64).address();

    private Scratch() {}

    /** Its address; valid as long as the thread lives. */
    static long current() {
        return CURRENT.get().address;
    }
}
