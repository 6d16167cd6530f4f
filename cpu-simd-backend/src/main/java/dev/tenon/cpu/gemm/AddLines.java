package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.FLOAT;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** {@code y += x[0] line[0] + ... + x[3] line[3]}, in this order for every element: the sums of {@link Tiles}, bit for bit. */
final class AddLines {
    /** Lines that go at once. */
    static final int LINES = 4;

    private static final VectorSpecies<Float> S = Tiles.SPECIES;
    private static final int LANES = S.length();

    private AddLines() {}

    /**
     * @param from the first line
     * @param stride bytes from line to line
     * @param lines 1 to 4
     * @param count floats of a line
     * @param x address of one factor a line
     * @param y address of {@code count} sums
     */
    static void run(long from, long stride, int lines, int count, long x, long y) {
        if (lines == LINES) {
            four(from, stride, count, x, y);
            return;
        }
        for (int i = 0; i < lines; i++) {
            one(from + i * stride, count, OffHeap.getFloat(x + i * 4L), y);
        }
    }

    private static void four(long from, long stride, int count, long x, long y) {
        long l0 = from & ADDRESS_MASK;
        long l1 = l0 + stride & ADDRESS_MASK;
        long l2 = l1 + stride & ADDRESS_MASK;
        long l3 = l2 + stride & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        long ys = y & ADDRESS_MASK;
        float f0 = ALL.get(FLOAT, xs);
        float f1 = ALL.get(FLOAT, xs + 4);
        float f2 = ALL.get(FLOAT, xs + 8);
        float f3 = ALL.get(FLOAT, xs + 12);
        FloatVector x0 = FloatVector.broadcast(S, f0);
        FloatVector x1 = FloatVector.broadcast(S, f1);
        FloatVector x2 = FloatVector.broadcast(S, f2);
        FloatVector x3 = FloatVector.broadcast(S, f3);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            long o = i * 4L;
            FloatVector s = FloatVector.fromMemorySegment(S, ALL, ys + o, ORDER);
            s = x0.fma(FloatVector.fromMemorySegment(S, ALL, l0 + o, ORDER), s);
            s = x1.fma(FloatVector.fromMemorySegment(S, ALL, l1 + o, ORDER), s);
            s = x2.fma(FloatVector.fromMemorySegment(S, ALL, l2 + o, ORDER), s);
            s = x3.fma(FloatVector.fromMemorySegment(S, ALL, l3 + o, ORDER), s);
            s.intoMemorySegment(ALL, ys + o, ORDER);
        }
        for (; i < count; i++) {
            float s = OffHeap.getFloat(ys + i * 4L);
            s = Math.fma(f0, OffHeap.getFloat(l0 + i * 4L), s);
            s = Math.fma(f1, OffHeap.getFloat(l1 + i * 4L), s);
            s = Math.fma(f2, OffHeap.getFloat(l2 + i * 4L), s);
            s = Math.fma(f3, OffHeap.getFloat(l3 + i * 4L), s);
            OffHeap.setFloat(ys + i * 4L, s);
        }
    }

    private static void one(long from, int count, float factor, long y) {
        long l = from & ADDRESS_MASK;
        long ys = y & ADDRESS_MASK;
        FloatVector x = FloatVector.broadcast(S, factor);
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            long o = i * 4L;
            x.fma(
                            FloatVector.fromMemorySegment(S, ALL, l + o, ORDER),
                            FloatVector.fromMemorySegment(S, ALL, ys + o, ORDER))
                    .intoMemorySegment(ALL, ys + o, ORDER);
        }
        for (; i < count; i++) {
            float s = Math.fma(factor, OffHeap.getFloat(l + i * 4L), OffHeap.getFloat(ys + i * 4L));
            OffHeap.setFloat(ys + i * 4L, s);
        }
    }
}
