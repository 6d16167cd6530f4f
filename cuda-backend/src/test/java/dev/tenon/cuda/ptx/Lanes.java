package dev.tenon.cuda.ptx;

/**
 * An instruction whose only effect is its result, for all lanes of a warp at once. A register is {@link #COUNT} slots of 64 bits, a lane each; an
 * operation looks at as many low bits as its type has, and leaves the others of its result as they come.
 */
@FunctionalInterface
interface Lanes {
    /** Lanes of a warp. */
    int COUNT = 32;

    /**
     * Computes every lane, whether it takes part or not.
     *
     * @param r the registers
     * @param out where the result goes, from {@code to} on
     * @param a the first slot of the first operand; {@code b}, {@code c} and {@code e} those of the others
     */
    void run(long[] r, long[] out, int to, int a, int b, int c, int e);

    /** One lane of an operation. */
    @FunctionalInterface
    interface Lane {
        long of(long a, long b, long c);
    }

    /** For what is not worth a loop of its own. */
    static Lanes each(Lane lane) {
        return (r, out, to, a, b, c, e) -> {
            for (int i = 0; i < COUNT; i++) {
                out[to + i] = lane.of(r[a + i], r[b + i], r[c + i]);
            }
        };
    }
}
