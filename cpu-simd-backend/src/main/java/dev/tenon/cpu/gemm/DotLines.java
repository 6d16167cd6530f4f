package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Inner products of eight weight lines with one row: each line has one accumulator vector, so that its sum is the same
 * whatever other lines and rows there are, and eight lines give the processor eight independent chains and eight streams
 * to fetch ahead.
 */
final class DotLines {
    /** Lines that go at once. */
    static final int LINES = 8;

    private static final VectorSpecies<Float> S = Tiles.SPECIES;
    static final int LANES = S.length();
    private static final int V = Tiles.VECTOR_BYTES;

    /** Bytes of the accumulators of eight lines. */
    static final int SUMS_BYTES = LINES * V;

    private DotLines() {}

    /**
     * Adds to the accumulators.
     *
     * @param from the first line
     * @param stride bytes from line to line
     * @param lines lines that there are, 1 to 8; the last stands in for those that are missing
     * @param count floats of a line, a multiple of {@link #LANES}
     * @param x the row's floats
     * @param sums {@link #SUMS_BYTES}
     */
    static void add(long from, long stride, int lines, int count, long x, long sums) {
        long xs = x & ADDRESS_MASK;
        long s = sums & ADDRESS_MASK;
        long l0 = from & ADDRESS_MASK;
        long l1 = l0 + (lines > 1 ? stride : 0) & ADDRESS_MASK;
        long l2 = l1 + (lines > 2 ? stride : 0) & ADDRESS_MASK;
        long l3 = l2 + (lines > 3 ? stride : 0) & ADDRESS_MASK;
        long l4 = l3 + (lines > 4 ? stride : 0) & ADDRESS_MASK;
        long l5 = l4 + (lines > 5 ? stride : 0) & ADDRESS_MASK;
        long l6 = l5 + (lines > 6 ? stride : 0) & ADDRESS_MASK;
        long l7 = l6 + (lines > 7 ? stride : 0) & ADDRESS_MASK;
        FloatVector s0 = FloatVector.fromMemorySegment(S, ALL, s, ORDER);
        FloatVector s1 = FloatVector.fromMemorySegment(S, ALL, s + 1 * V, ORDER);
        FloatVector s2 = FloatVector.fromMemorySegment(S, ALL, s + 2 * V, ORDER);
        FloatVector s3 = FloatVector.fromMemorySegment(S, ALL, s + 3 * V, ORDER);
        FloatVector s4 = FloatVector.fromMemorySegment(S, ALL, s + 4 * V, ORDER);
        FloatVector s5 = FloatVector.fromMemorySegment(S, ALL, s + 5 * V, ORDER);
        FloatVector s6 = FloatVector.fromMemorySegment(S, ALL, s + 6 * V, ORDER);
        FloatVector s7 = FloatVector.fromMemorySegment(S, ALL, s + 7 * V, ORDER);
        for (int i = 0; i < count; i += LANES) {
            long o = i * 4L;
            FloatVector v = FloatVector.fromMemorySegment(S, ALL, xs + o, ORDER);
            s0 = FloatVector.fromMemorySegment(S, ALL, l0 + o, ORDER).fma(v, s0);
            s1 = FloatVector.fromMemorySegment(S, ALL, l1 + o, ORDER).fma(v, s1);
            s2 = FloatVector.fromMemorySegment(S, ALL, l2 + o, ORDER).fma(v, s2);
            s3 = FloatVector.fromMemorySegment(S, ALL, l3 + o, ORDER).fma(v, s3);
            s4 = FloatVector.fromMemorySegment(S, ALL, l4 + o, ORDER).fma(v, s4);
            s5 = FloatVector.fromMemorySegment(S, ALL, l5 + o, ORDER).fma(v, s5);
            s6 = FloatVector.fromMemorySegment(S, ALL, l6 + o, ORDER).fma(v, s6);
            s7 = FloatVector.fromMemorySegment(S, ALL, l7 + o, ORDER).fma(v, s7);
            VarHandle.loadLoadFence(); // keeps C2 from unrolling into more registers than there are
        }
        s0.intoMemorySegment(ALL, s, ORDER);
        s1.intoMemorySegment(ALL, s + 1 * V, ORDER);
        s2.intoMemorySegment(ALL, s + 2 * V, ORDER);
        s3.intoMemorySegment(ALL, s + 3 * V, ORDER);
        s4.intoMemorySegment(ALL, s + 4 * V, ORDER);
        s5.intoMemorySegment(ALL, s + 5 * V, ORDER);
        s6.intoMemorySegment(ALL, s + 6 * V, ORDER);
        s7.intoMemorySegment(ALL, s + 7 * V, ORDER);
    }

    /** Sums each line's accumulator: {@code lines} floats. */
    static void reduce(long sums, int lines, long to) {
        long s = sums & ADDRESS_MASK;
        for (int i = 0; i < lines; i++) {
            float sum = Lanes.sum(FloatVector.fromMemorySegment(S, ALL, s + i * V, ORDER));
            OffHeap.setFloat(to + i * 4L, sum);
        }
    }

    /** Zero accumulators. */
    static void clear(long sums) {
        long s = sums & ADDRESS_MASK;
        FloatVector zero = FloatVector.zero(S);
        for (int i = 0; i < LINES; i++) {
            zero.intoMemorySegment(ALL, s + i * V, ORDER);
        }
    }
}
