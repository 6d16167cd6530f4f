package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/** Lines of floats to columns: the inner loop of packing an operand whose contiguous direction is k. */
public final class Transpose {
    /** Lines that go at once: eight where there are 256-bit vectors, else four. */
    public static final int LINES = Tiles.LANES >= 8 ? 8 : 4;

    private static final VectorSpecies<Float> S = FloatVector.SPECIES_256;
    private static final VectorShuffle<Float> SWAP4 = VectorShuffle.fromValues(S, 4, 5, 6, 7, 0, 1, 2, 3);
    private static final VectorShuffle<Float> SWAP2 = VectorShuffle.fromValues(S, 2, 3, 0, 1, 6, 7, 4, 5);
    private static final VectorShuffle<Float> SWAP1 = VectorShuffle.fromValues(S, 1, 0, 3, 2, 5, 4, 7, 6);
    private static final VectorMask<Float> HIGH4 = VectorMask.fromLong(S, 0xf0);
    private static final VectorMask<Float> HIGH2 = VectorMask.fromLong(S, 0xcc);
    private static final VectorMask<Float> HIGH1 = VectorMask.fromLong(S, 0xaa);

    private Transpose() {}

    /**
     * Writes {@code count} steps of {@link #LINES} floats each, step p holding element p of every line, in ascending order
     * of p; steps may overlap, the later then wins.
     *
     * @param from the first line
     * @param stride bytes from line to line
     * @param lines lines that there are, 1 to {@link #LINES}; the last stands in for those that are missing
     * @param to the first step
     * @param step bytes from step to step
     */
    public static void run(long from, long stride, int lines, int count, long to, long step) {
        if (LINES == 8 && count >= 8) {
            int blocks = count & -8;
            blocks(from, stride, lines, blocks, to, step);
            if (blocks < count) {
                int last = count - 8; // done again from here: the same values
                blocks(from + last * 4L, stride, lines, 8, to + last * step, step);
            }
            return;
        }
        for (int p = 0; p < count; p++) {
            for (int i = 0; i < LINES; i++) {
                long line = from + Math.min(i, lines - 1) * stride;
                OffHeap.setFloat(to + p * step + i * 4L, OffHeap.getFloat(line + p * 4L));
            }
        }
    }

    /** 8 by 8 in three rounds: exchange blocks of four, of two, of one across the diagonal. */
    private static void blocks(long from, long stride, int lines, int count, long to, long step) {
        long l0 = from & ADDRESS_MASK;
        long l1 = l0 + (lines > 1 ? stride : 0) & ADDRESS_MASK;
        long l2 = l1 + (lines > 2 ? stride : 0) & ADDRESS_MASK;
        long l3 = l2 + (lines > 3 ? stride : 0) & ADDRESS_MASK;
        long l4 = l3 + (lines > 4 ? stride : 0) & ADDRESS_MASK;
        long l5 = l4 + (lines > 5 ? stride : 0) & ADDRESS_MASK;
        long l6 = l5 + (lines > 6 ? stride : 0) & ADDRESS_MASK;
        long l7 = l6 + (lines > 7 ? stride : 0) & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int p = 0; p < count; p += 8) {
            long o = p * 4L;
            FloatVector x0 = FloatVector.fromMemorySegment(S, ALL, l0 + o, ORDER);
            FloatVector x4 = FloatVector.fromMemorySegment(S, ALL, l4 + o, ORDER);
            FloatVector y0 = x0.blend(x4.rearrange(SWAP4), HIGH4);
            FloatVector y4 = x0.rearrange(SWAP4).blend(x4, HIGH4);
            FloatVector x2 = FloatVector.fromMemorySegment(S, ALL, l2 + o, ORDER);
            FloatVector x6 = FloatVector.fromMemorySegment(S, ALL, l6 + o, ORDER);
            FloatVector y2 = x2.blend(x6.rearrange(SWAP4), HIGH4);
            FloatVector y6 = x2.rearrange(SWAP4).blend(x6, HIGH4);
            FloatVector z0 = y0.blend(y2.rearrange(SWAP2), HIGH2);
            FloatVector z2 = y0.rearrange(SWAP2).blend(y2, HIGH2);
            FloatVector z4 = y4.blend(y6.rearrange(SWAP2), HIGH2);
            FloatVector z6 = y4.rearrange(SWAP2).blend(y6, HIGH2);
            FloatVector x1 = FloatVector.fromMemorySegment(S, ALL, l1 + o, ORDER);
            FloatVector x5 = FloatVector.fromMemorySegment(S, ALL, l5 + o, ORDER);
            FloatVector y1 = x1.blend(x5.rearrange(SWAP4), HIGH4);
            FloatVector y5 = x1.rearrange(SWAP4).blend(x5, HIGH4);
            FloatVector x3 = FloatVector.fromMemorySegment(S, ALL, l3 + o, ORDER);
            FloatVector x7 = FloatVector.fromMemorySegment(S, ALL, l7 + o, ORDER);
            FloatVector y3 = x3.blend(x7.rearrange(SWAP4), HIGH4);
            FloatVector y7 = x3.rearrange(SWAP4).blend(x7, HIGH4);
            FloatVector z1 = y1.blend(y3.rearrange(SWAP2), HIGH2);
            FloatVector z3 = y1.rearrange(SWAP2).blend(y3, HIGH2);
            FloatVector z5 = y5.blend(y7.rearrange(SWAP2), HIGH2);
            FloatVector z7 = y5.rearrange(SWAP2).blend(y7, HIGH2);
            z0.blend(z1.rearrange(SWAP1), HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z0.rearrange(SWAP1).blend(z1, HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z2.blend(z3.rearrange(SWAP1), HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z2.rearrange(SWAP1).blend(z3, HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z4.blend(z5.rearrange(SWAP1), HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z4.rearrange(SWAP1).blend(z5, HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z6.blend(z7.rearrange(SWAP1), HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
            z6.rearrange(SWAP1).blend(z7, HIGH1).intoMemorySegment(ALL, t, ORDER);
            t = t + step & ADDRESS_MASK;
        }
    }
}
