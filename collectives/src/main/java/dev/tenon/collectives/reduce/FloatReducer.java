package dev.tenon.collectives.reduce;

import static dev.tenon.collectives.Memory.ADDRESS_MASK;
import static dev.tenon.collectives.Memory.ALL;
import static dev.tenon.collectives.Memory.ORDER;

import dev.tenon.collectives.Memory;
import dev.tenon.op.ReduceKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * F32 tiles. Loads are written out where they are used: in a method of their own they are compiled before the loops, to more
 * code than C2 inlines, and each vector is then an object (a tenth of the speed).
 */
record FloatReducer(ReduceKind kind) implements TileReducer {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();

    @Override
    public void combine(long[] sources, long offset, int n, long out, long scratch) {
        // Two sources need no tile between: each element is read before it is written.
        long target = sources.length == 2 ? out : scratch;
        pair(sources[0] + offset, sources[1] + offset, target, n);
        for (int i = 2; i < sources.length; i++) {
            pair(target, sources[i] + offset, target, n);
        }
        if (kind == ReduceKind.MEAN) {
            divide(target, sources.length, n);
        }
        if (target != out) {
            Memory.copy(target, out, 4L * n);
        }
    }

    /** {@code out} may be {@code a} or {@code b}. */
    void pair(long a, long b, long out, int n) {
        switch (kind) {
            case SUM, MEAN -> add(a, b, out, n);
            case MAX -> max(a, b, out, n);
            case MIN -> min(a, b, out, n);
            case PRODUCT, SUM_SQUARES -> throw new AssertionError(kind + " is refused above");
        }
    }

    private static void add(long first, long second, long target, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = target & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, a + 4L * i, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4L * i, ORDER);
            x.add(y).intoMemorySegment(ALL, out + 4L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setFloat(out + 4L * i, Memory.getFloat(a + 4L * i) + Memory.getFloat(b + 4L * i));
        }
    }

    private static void max(long first, long second, long target, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = target & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, a + 4L * i, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4L * i, ORDER);
            x.max(y).intoMemorySegment(ALL, out + 4L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setFloat(out + 4L * i, Math.max(Memory.getFloat(a + 4L * i), Memory.getFloat(b + 4L * i)));
        }
    }

    private static void min(long first, long second, long target, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = target & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, a + 4L * i, ORDER);
            FloatVector y = FloatVector.fromMemorySegment(SPECIES, ALL, b + 4L * i, ORDER);
            x.min(y).intoMemorySegment(ALL, out + 4L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setFloat(out + 4L * i, Math.min(Memory.getFloat(a + 4L * i), Memory.getFloat(b + 4L * i)));
        }
    }

    /** A division, not a product with the inverse, which rounds twice. */
    static void divide(long address, int by, int n) {
        long data = address & ADDRESS_MASK;
        float divisor = by;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector x = FloatVector.fromMemorySegment(SPECIES, ALL, data + 4L * i, ORDER);
            x.div(divisor).intoMemorySegment(ALL, data + 4L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setFloat(data + 4L * i, Memory.getFloat(data + 4L * i) / divisor);
        }
    }
}
