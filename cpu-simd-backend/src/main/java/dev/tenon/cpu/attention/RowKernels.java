package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * What attention of one query at a time is made of: products along the rows of a cache, which is then read once and as it
 * lies. Row lengths are whole vectors.
 */
final class RowKernels {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int LANES = Panels.LANES;
    private static final int V = Panels.VECTOR_BYTES;

    private RowKernels() {}

    /**
     * {@code to[j] = query . key[j]}.
     *
     * @param bytes of a row
     * @param keys the first of {@code n} rows, {@code stride} bytes apart
     */
    static void scores(int bytes, long query, long keys, long stride, int n, long to) {
        long q = query & ADDRESS_MASK;
        int j = 0;
        for (; j <= n - 4; j += 4) {
            long k0 = keys + j * stride & ADDRESS_MASK;
            long k1 = k0 + stride & ADDRESS_MASK;
            long k2 = k1 + stride & ADDRESS_MASK;
            long k3 = k2 + stride & ADDRESS_MASK;
            FloatVector s0 = FloatVector.zero(S);
            FloatVector s1 = FloatVector.zero(S);
            FloatVector s2 = FloatVector.zero(S);
            FloatVector s3 = FloatVector.zero(S);
            for (int d = 0; d < bytes; d += V) {
                FloatVector x = FloatVector.fromMemorySegment(S, ALL, q + d, ORDER);
                s0 = FloatVector.fromMemorySegment(S, ALL, k0 + d, ORDER).fma(x, s0);
                s1 = FloatVector.fromMemorySegment(S, ALL, k1 + d, ORDER).fma(x, s1);
                s2 = FloatVector.fromMemorySegment(S, ALL, k2 + d, ORDER).fma(x, s2);
                s3 = FloatVector.fromMemorySegment(S, ALL, k3 + d, ORDER).fma(x, s3);
            }
            OffHeap.setFloat(to + j * 4L, Lanes.sum(s0));
            OffHeap.setFloat(to + j * 4L + 4, Lanes.sum(s1));
            OffHeap.setFloat(to + j * 4L + 8, Lanes.sum(s2));
            OffHeap.setFloat(to + j * 4L + 12, Lanes.sum(s3));
        }
        for (; j < n; j++) {
            long k0 = keys + j * stride & ADDRESS_MASK;
            FloatVector s0 = FloatVector.zero(S);
            for (int d = 0; d < bytes; d += V) {
                FloatVector x = FloatVector.fromMemorySegment(S, ALL, q + d, ORDER);
                s0 = FloatVector.fromMemorySegment(S, ALL, k0 + d, ORDER).fma(x, s0);
            }
            OffHeap.setFloat(to + j * 4L, Lanes.sum(s0));
        }
    }

    /**
     * {@code sum = sum * correction + sum over j of weights[j] values[j]}, in ascending order of j.
     *
     * @param bytes of a row
     * @param values the first of {@code n} rows, {@code stride} bytes apart
     */
    static void values(int bytes, long sum, float correction, long weights, long values, long stride, int n) {
        long w = weights & ADDRESS_MASK;
        int d = 0;
        for (; d <= bytes - 4 * V; d += 4 * V) {
            long o = sum + d & ADDRESS_MASK;
            FloatVector s0 = FloatVector.fromMemorySegment(S, ALL, o, ORDER).mul(correction);
            FloatVector s1 = FloatVector.fromMemorySegment(S, ALL, o + V, ORDER).mul(correction);
            FloatVector s2 =
                    FloatVector.fromMemorySegment(S, ALL, o + 2 * V, ORDER).mul(correction);
            FloatVector s3 =
                    FloatVector.fromMemorySegment(S, ALL, o + 3 * V, ORDER).mul(correction);
            long v = values + d & ADDRESS_MASK;
            for (int j = 0; j < n; j++) {
                FloatVector x = FloatVector.broadcast(S, OffHeap.getFloat(w + j * 4L));
                s0 = FloatVector.fromMemorySegment(S, ALL, v, ORDER).fma(x, s0);
                s1 = FloatVector.fromMemorySegment(S, ALL, v + V, ORDER).fma(x, s1);
                s2 = FloatVector.fromMemorySegment(S, ALL, v + 2 * V, ORDER).fma(x, s2);
                s3 = FloatVector.fromMemorySegment(S, ALL, v + 3 * V, ORDER).fma(x, s3);
                v = v + stride & ADDRESS_MASK;
            }
            s0.intoMemorySegment(ALL, o, ORDER);
            s1.intoMemorySegment(ALL, o + V, ORDER);
            s2.intoMemorySegment(ALL, o + 2 * V, ORDER);
            s3.intoMemorySegment(ALL, o + 3 * V, ORDER);
        }
        for (; d < bytes; d += V) {
            long o = sum + d & ADDRESS_MASK;
            FloatVector s0 = FloatVector.fromMemorySegment(S, ALL, o, ORDER).mul(correction);
            long v = values + d & ADDRESS_MASK;
            for (int j = 0; j < n; j++) {
                FloatVector x = FloatVector.broadcast(S, OffHeap.getFloat(w + j * 4L));
                s0 = FloatVector.fromMemorySegment(S, ALL, v, ORDER).fma(x, s0);
                v = v + stride & ADDRESS_MASK;
            }
            s0.intoMemorySegment(ALL, o, ORDER);
        }
    }

    /** The largest of whole vectors of scores and {@code before}; NaNs do not count. */
    static float largest(int n, long scores, float before) {
        long p = scores & ADDRESS_MASK;
        FloatVector m = FloatVector.broadcast(S, before);
        for (int j = 0; j < n; j += LANES) {
            FloatVector s = FloatVector.fromMemorySegment(S, ALL, p + j * 4L, ORDER);
            m = m.blend(s, s.compare(VectorOperators.GT, m));
        }
        return m.reduceLanes(VectorOperators.MAX);
    }

    /** Turns whole vectors of scores into {@code 2^(score - base)} within 2 ulp and returns their sum. */
    static float weigh(int n, long scores, float base) {
        long p = scores & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(S);
        for (int j = 0; j < n; j += LANES) {
            FloatVector x =
                    FloatVector.fromMemorySegment(S, ALL, p + j * 4L, ORDER).sub(base);
            x = x.blend(PanelSoftmax.LEAST, x.compare(VectorOperators.LT, PanelSoftmax.LEAST));
            FloatVector rounded = x.add(PanelSoftmax.ROUNDER);
            FloatVector f = x.sub(rounded.sub(PanelSoftmax.ROUNDER));
            FloatVector power = f.fma(
                            FloatVector.broadcast(S, PanelSoftmax.P4), FloatVector.broadcast(S, PanelSoftmax.P3))
                    .fma(f, FloatVector.broadcast(S, PanelSoftmax.P2))
                    .fma(f, FloatVector.broadcast(S, PanelSoftmax.P1))
                    .fma(f, FloatVector.broadcast(S, PanelSoftmax.P0))
                    .fma(f, FloatVector.broadcast(S, 1));
            FloatVector weight = power.mul(rounded.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats());
            sum = sum.add(weight);
            weight.intoMemorySegment(ALL, p + j * 4L, ORDER);
        }
        return Lanes.sum(sum);
    }
}
