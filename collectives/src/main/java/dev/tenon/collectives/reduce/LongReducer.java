package dev.tenon.collectives.reduce;

import static dev.tenon.collectives.Memory.ADDRESS_MASK;
import static dev.tenon.collectives.Memory.ALL;
import static dev.tenon.collectives.Memory.ORDER;

import dev.tenon.collectives.Memory;
import dev.tenon.op.ReduceKind;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/** I64 tiles; sums wrap. */
record LongReducer(ReduceKind kind) implements TileReducer {
    private static final VectorSpecies<Long> SPECIES = LongVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();

    @Override
    public void combine(long[] sources, long offset, int n, long out, long scratch) {
        // Two sources need no tile between: each element is read before it is written.
        long target = sources.length == 2 ? out : scratch;
        pair(sources[0] + offset, sources[1] + offset, target, n);
        for (int i = 2; i < sources.length; i++) {
            pair(target, sources[i] + offset, target, n);
        }
        if (target != out) {
            Memory.copy(target, out, 8L * n);
        }
    }

    private void pair(long a, long b, long out, int n) {
        switch (kind) {
            case SUM -> add(a, b, out, n);
            case MAX -> max(a, b, out, n);
            case MIN -> min(a, b, out, n);
            case MEAN, PRODUCT, SUM_SQUARES -> throw new AssertionError(kind + " is refused above");
        }
    }

    private static void add(long first, long second, long target, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = target & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            LongVector x = LongVector.fromMemorySegment(SPECIES, ALL, a + 8L * i, ORDER);
            LongVector y = LongVector.fromMemorySegment(SPECIES, ALL, b + 8L * i, ORDER);
            x.add(y).intoMemorySegment(ALL, out + 8L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setLong(out + 8L * i, Memory.getLong(a + 8L * i) + Memory.getLong(b + 8L * i));
        }
    }

    private static void max(long first, long second, long target, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = target & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            LongVector x = LongVector.fromMemorySegment(SPECIES, ALL, a + 8L * i, ORDER);
            LongVector y = LongVector.fromMemorySegment(SPECIES, ALL, b + 8L * i, ORDER);
            x.max(y).intoMemorySegment(ALL, out + 8L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setLong(out + 8L * i, Math.max(Memory.getLong(a + 8L * i), Memory.getLong(b + 8L * i)));
        }
    }

    private static void min(long first, long second, long target, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = target & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            LongVector x = LongVector.fromMemorySegment(SPECIES, ALL, a + 8L * i, ORDER);
            LongVector y = LongVector.fromMemorySegment(SPECIES, ALL, b + 8L * i, ORDER);
            x.min(y).intoMemorySegment(ALL, out + 8L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setLong(out + 8L * i, Math.min(Memory.getLong(a + 8L * i), Memory.getLong(b + 8L * i)));
        }
    }
}
