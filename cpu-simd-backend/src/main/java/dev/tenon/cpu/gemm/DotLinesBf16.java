package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link DotLines} for BF16 weights without widening them first: of each 32-bit lane the upper half is an F32 as it stands
 * once the lower is masked off, and the lower half is one once shifted up, two instructions for two weights. The row's
 * elements are put in that order once, before the product: 0.03 ns a weight against 0.2 by way of a buffer.
 */
final class DotLinesBf16 {
    private static final VectorSpecies<Float> S = Tiles.SPECIES;
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final int V = Tiles.VECTOR_BYTES;

    /** Weights that go at once; lines are worked on in multiples of it. */
    static final int GROUP = 2 * Tiles.LANES;

    private DotLinesBf16() {}

    /** Puts each {@link #GROUP} of {@code count} floats in the order of {@link #add}: even ones, then odd ones. */
    static void arrange(long from, int count, long to) {
        for (int i = 0; i < count; i += GROUP) {
            for (int j = 0; j < GROUP / 2; j++) {
                OffHeap.setFloat(to + (i + j) * 4L, OffHeap.getFloat(from + (i + 2 * j) * 4L));
                OffHeap.setFloat(to + (i + GROUP / 2 + j) * 4L, OffHeap.getFloat(from + (i + 2 * j + 1) * 4L));
            }
        }
    }

    /** As {@link DotLines#add}; {@code count} is a multiple of {@link #GROUP} and {@code x} is arranged. */
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
        IntVector upper = IntVector.broadcast(I, 0xffff0000);
        for (int i = 0; i < count; i += GROUP) {
            long o = i * 2L;
            FloatVector even = FloatVector.fromMemorySegment(S, ALL, xs + 2 * o, ORDER);
            FloatVector odd = FloatVector.fromMemorySegment(S, ALL, xs + 2 * o + V, ORDER);
            IntVector v = IntVector.fromMemorySegment(I, ALL, l0 + o, ORDER);
            s0 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s0);
            s0 = v.and(upper).reinterpretAsFloats().fma(odd, s0);
            v = IntVector.fromMemorySegment(I, ALL, l1 + o, ORDER);
            s1 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s1);
            s1 = v.and(upper).reinterpretAsFloats().fma(odd, s1);
            VarHandle.loadLoadFence();
            v = IntVector.fromMemorySegment(I, ALL, l2 + o, ORDER);
            s2 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s2);
            s2 = v.and(upper).reinterpretAsFloats().fma(odd, s2);
            v = IntVector.fromMemorySegment(I, ALL, l3 + o, ORDER);
            s3 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s3);
            s3 = v.and(upper).reinterpretAsFloats().fma(odd, s3);
            VarHandle.loadLoadFence();
            v = IntVector.fromMemorySegment(I, ALL, l4 + o, ORDER);
            s4 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s4);
            s4 = v.and(upper).reinterpretAsFloats().fma(odd, s4);
            v = IntVector.fromMemorySegment(I, ALL, l5 + o, ORDER);
            s5 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s5);
            s5 = v.and(upper).reinterpretAsFloats().fma(odd, s5);
            VarHandle.loadLoadFence();
            v = IntVector.fromMemorySegment(I, ALL, l6 + o, ORDER);
            s6 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s6);
            s6 = v.and(upper).reinterpretAsFloats().fma(odd, s6);
            v = IntVector.fromMemorySegment(I, ALL, l7 + o, ORDER);
            s7 = v.lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats().fma(even, s7);
            s7 = v.and(upper).reinterpretAsFloats().fma(odd, s7);
            VarHandle.loadLoadFence(); // as in DotLines
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
}
