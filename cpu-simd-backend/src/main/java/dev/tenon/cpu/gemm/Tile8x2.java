package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.FLOAT;
import static dev.tenon.cpu.OffHeap.ORDER;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The 8-row, 2-vector register tile, for 32 vector registers (AVX-512, NEON): 16 accumulators and two vectors of B. See
 * {@link Tiles} for what the parameters mean and for the rules that keep this fast.
 */
final class Tile8x2 {
    private static final VectorSpecies<Float> S = Tiles.SPECIES;
    private static final int V1 = Tiles.VECTOR_BYTES;

    private Tile8x2() {}

    static void run(int k, long a, long b, long from, long fromStride, long to, long toStride) {
        long f0 = from & ADDRESS_MASK;
        long f1 = (f0 + fromStride) & ADDRESS_MASK;
        long f2 = (f1 + fromStride) & ADDRESS_MASK;
        long f3 = (f2 + fromStride) & ADDRESS_MASK;
        long f4 = (f3 + fromStride) & ADDRESS_MASK;
        long f5 = (f4 + fromStride) & ADDRESS_MASK;
        long f6 = (f5 + fromStride) & ADDRESS_MASK;
        long f7 = (f6 + fromStride) & ADDRESS_MASK;
        FloatVector c00 = FloatVector.fromMemorySegment(S, ALL, f0, ORDER);
        FloatVector c01 = FloatVector.fromMemorySegment(S, ALL, f0 + V1, ORDER);
        FloatVector c10 = FloatVector.fromMemorySegment(S, ALL, f1, ORDER);
        FloatVector c11 = FloatVector.fromMemorySegment(S, ALL, f1 + V1, ORDER);
        FloatVector c20 = FloatVector.fromMemorySegment(S, ALL, f2, ORDER);
        FloatVector c21 = FloatVector.fromMemorySegment(S, ALL, f2 + V1, ORDER);
        FloatVector c30 = FloatVector.fromMemorySegment(S, ALL, f3, ORDER);
        FloatVector c31 = FloatVector.fromMemorySegment(S, ALL, f3 + V1, ORDER);
        FloatVector c40 = FloatVector.fromMemorySegment(S, ALL, f4, ORDER);
        FloatVector c41 = FloatVector.fromMemorySegment(S, ALL, f4 + V1, ORDER);
        FloatVector c50 = FloatVector.fromMemorySegment(S, ALL, f5, ORDER);
        FloatVector c51 = FloatVector.fromMemorySegment(S, ALL, f5 + V1, ORDER);
        FloatVector c60 = FloatVector.fromMemorySegment(S, ALL, f6, ORDER);
        FloatVector c61 = FloatVector.fromMemorySegment(S, ALL, f6 + V1, ORDER);
        FloatVector c70 = FloatVector.fromMemorySegment(S, ALL, f7, ORDER);
        FloatVector c71 = FloatVector.fromMemorySegment(S, ALL, f7 + V1, ORDER);
        long pa = a & ADDRESS_MASK;
        long pb = b & ADDRESS_MASK;
        for (int p = 0; p < k; p++) {
            FloatVector b0 = FloatVector.fromMemorySegment(S, ALL, pb, ORDER);
            FloatVector b1 = FloatVector.fromMemorySegment(S, ALL, pb + Tiles.VECTOR_BYTES, ORDER);
            FloatVector x = FloatVector.broadcast(S, ALL.get(FLOAT, pa));
            c00 = x.fma(b0, c00);
            c01 = x.fma(b1, c01);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 4));
            c10 = x.fma(b0, c10);
            c11 = x.fma(b1, c11);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 8));
            c20 = x.fma(b0, c20);
            c21 = x.fma(b1, c21);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 12));
            c30 = x.fma(b0, c30);
            c31 = x.fma(b1, c31);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 16));
            c40 = x.fma(b0, c40);
            c41 = x.fma(b1, c41);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 20));
            c50 = x.fma(b0, c50);
            c51 = x.fma(b1, c51);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 24));
            c60 = x.fma(b0, c60);
            c61 = x.fma(b1, c61);
            x = FloatVector.broadcast(S, ALL.get(FLOAT, pa + 28));
            c70 = x.fma(b0, c70);
            c71 = x.fma(b1, c71);
            pa = (pa + 32) & ADDRESS_MASK;
            pb = (pb + 2 * Tiles.VECTOR_BYTES) & ADDRESS_MASK;
            VarHandle.loadLoadFence();
        }
        long t0 = to & ADDRESS_MASK;
        c00.intoMemorySegment(ALL, t0, ORDER);
        c01.intoMemorySegment(ALL, t0 + V1, ORDER);
        long t1 = (t0 + toStride) & ADDRESS_MASK;
        c10.intoMemorySegment(ALL, t1, ORDER);
        c11.intoMemorySegment(ALL, t1 + V1, ORDER);
        long t2 = (t1 + toStride) & ADDRESS_MASK;
        c20.intoMemorySegment(ALL, t2, ORDER);
        c21.intoMemorySegment(ALL, t2 + V1, ORDER);
        long t3 = (t2 + toStride) & ADDRESS_MASK;
        c30.intoMemorySegment(ALL, t3, ORDER);
        c31.intoMemorySegment(ALL, t3 + V1, ORDER);
        long t4 = (t3 + toStride) & ADDRESS_MASK;
        c40.intoMemorySegment(ALL, t4, ORDER);
        c41.intoMemorySegment(ALL, t4 + V1, ORDER);
        long t5 = (t4 + toStride) & ADDRESS_MASK;
        c50.intoMemorySegment(ALL, t5, ORDER);
        c51.intoMemorySegment(ALL, t5 + V1, ORDER);
        long t6 = (t5 + toStride) & ADDRESS_MASK;
        c60.intoMemorySegment(ALL, t6, ORDER);
        c61.intoMemorySegment(ALL, t6 + V1, ORDER);
        long t7 = (t6 + toStride) & ADDRESS_MASK;
        c70.intoMemorySegment(ALL, t7, ORDER);
        c71.intoMemorySegment(ALL, t7 + V1, ORDER);
    }
}
