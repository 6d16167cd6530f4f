package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.math.Exponential;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The online softmax of a panel of scores (Milakov and Gimelshein 2018), down the lanes. Scores are in units of log 2, so
 * that a weight is a power of two.
 */
final class PanelSoftmax {
    /** Multiplies scores in natural units. */
    static final float LOG2_E = 1.44269504f;

    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int V = Panels.VECTOR_BYTES;
    private static final int STEP = Panels.PANEL_BYTES;
    private static final FloatVector MINUS_INFINITY = FloatVector.broadcast(S, Float.NEGATIVE_INFINITY);

    /** 1.5 * 2^23 + 127: adding it rounds to an integer and leaves that, biased as an exponent is, in the low bits. */
    static final float ROUNDER = 0x1.8p23f + 127;

    /** 2^-127 and below count as nothing: the biased exponent is then 0, and so is the weight. */
    static final float LEAST = -127;

    // (2^f - 1) / f on [-1/2, 1/2], fitted so that the relative error of 2^f is at most 9.2e-8; 2^0 is exactly 1.
    static final float P0 = 0x1.62e42ap-1f;
    static final float P1 = 0x1.ebf9bcp-3f;
    static final float P2 = 0x1.c6b752p-5f;
    static final float P3 = 0x1.3cea88p-7f;
    static final float P4 = 0x1.5bba14p-10f;

    private PanelSoftmax() {}

    /**
     * Turns scores into weights, {@code 2^(score - maximum)} within 2 ulp, and brings the running maximum and sum up to
     * date. A score that is NaN gives a weight that is.
     *
     * @param scores n steps of a panel
     * @param maximum a panel: the largest score so far
     * @param total a panel: the sum of weights so far
     * @param correction a panel: receives what earlier sums are to be multiplied by
     */
    static void update(int n, long scores, long maximum, long total, long correction) {
        for (int v = 0; v < STEP; v += V) {
            raise(n, scores + v, maximum + v, correction + v);
            weigh(n, scores + v, maximum + v, total + v, correction + v);
        }
    }

    /** Writes the larger of the maximum and all scores; through memory, as a vector that crosses a call is boxed. */
    private static void raise(int n, long scores, long maximum, long result) {
        FloatVector before = FloatVector.fromMemorySegment(S, ALL, maximum & ADDRESS_MASK, ORDER);
        long p = scores & ADDRESS_MASK;
        FloatVector m0 = before;
        FloatVector m1 = before;
        FloatVector m2 = before;
        FloatVector m3 = before;
        int i = 0;
        for (; i <= n - 4; i += 4) {
            FloatVector s0 = FloatVector.fromMemorySegment(S, ALL, p, ORDER);
            FloatVector s1 = FloatVector.fromMemorySegment(S, ALL, p + STEP, ORDER);
            FloatVector s2 = FloatVector.fromMemorySegment(S, ALL, p + 2 * STEP, ORDER);
            FloatVector s3 = FloatVector.fromMemorySegment(S, ALL, p + 3 * STEP, ORDER);
            m0 = m0.blend(s0, s0.compare(VectorOperators.GT, m0));
            m1 = m1.blend(s1, s1.compare(VectorOperators.GT, m1));
            m2 = m2.blend(s2, s2.compare(VectorOperators.GT, m2));
            m3 = m3.blend(s3, s3.compare(VectorOperators.GT, m3));
            p = p + 4 * STEP & ADDRESS_MASK;
        }
        for (; i < n; i++) {
            FloatVector s0 = FloatVector.fromMemorySegment(S, ALL, p, ORDER);
            m0 = m0.blend(s0, s0.compare(VectorOperators.GT, m0));
            p = p + STEP & ADDRESS_MASK;
        }
        m0 = m0.blend(m1, m1.compare(VectorOperators.GT, m0));
        m2 = m2.blend(m3, m3.compare(VectorOperators.GT, m2));
        m0.blend(m2, m2.compare(VectorOperators.GT, m0)).intoMemorySegment(ALL, result & ADDRESS_MASK, ORDER);
    }

    /** Finds the new maximum where the correction goes. */
    private static void weigh(int n, long scores, long maximum, long total, long correction) {
        long m = maximum & ADDRESS_MASK;
        long c = correction & ADDRESS_MASK;
        long t = total & ADDRESS_MASK;
        FloatVector before = FloatVector.fromMemorySegment(S, ALL, m, ORDER);
        FloatVector now = FloatVector.fromMemorySegment(S, ALL, c, ORDER);
        now.intoMemorySegment(ALL, m, ORDER);
        // A lane that has seen nothing keeps its -infinity, but infinities must not be subtracted from each other.
        FloatVector base = now.blend(0, now.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
        FloatVector factor = exp2(before.sub(base));
        factor.intoMemorySegment(ALL, c, ORDER);
        FloatVector sum = FloatVector.fromMemorySegment(S, ALL, t, ORDER).mul(factor);
        long p = scores & ADDRESS_MASK;
        for (int i = 0; i < n; i++) {
            FloatVector x = FloatVector.fromMemorySegment(S, ALL, p, ORDER).sub(base);
            x = x.blend(LEAST, x.compare(VectorOperators.LT, LEAST));
            FloatVector rounded = x.add(ROUNDER);
            FloatVector f = x.sub(rounded.sub(ROUNDER));
            FloatVector power = f.fma(FloatVector.broadcast(S, P4), FloatVector.broadcast(S, P3))
                    .fma(f, FloatVector.broadcast(S, P2))
                    .fma(f, FloatVector.broadcast(S, P1))
                    .fma(f, FloatVector.broadcast(S, P0))
                    .fma(f, FloatVector.broadcast(S, 1));
            FloatVector scale = rounded.reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 23)
                    .reinterpretAsFloats();
            FloatVector weight = power.mul(scale);
            sum = sum.add(weight);
            weight.intoMemorySegment(ALL, p, ORDER);
            p = p + STEP & ADDRESS_MASK;
        }
        sum.intoMemorySegment(ALL, t, ORDER);
    }

    /** 2^x for x of at most 0, or NaN; 0 below -127. */
    private static FloatVector exp2(FloatVector argument) {
        FloatVector x = argument.blend(LEAST, argument.compare(VectorOperators.LT, LEAST));
        FloatVector rounded = x.add(ROUNDER);
        FloatVector f = x.sub(rounded.sub(ROUNDER));
        FloatVector power = f.fma(FloatVector.broadcast(S, P4), FloatVector.broadcast(S, P3))
                .fma(f, FloatVector.broadcast(S, P2))
                .fma(f, FloatVector.broadcast(S, P1))
                .fma(f, FloatVector.broadcast(S, P0))
                .fma(f, FloatVector.broadcast(S, 1));
        return power.mul(
                rounded.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    /** Multiplies {@code n} steps of sums by a panel of corrections, unless all are 1, as they mostly are. */
    static void correct(int n, long sums, long correction) {
        for (int v = 0; v < STEP; v += V) {
            FloatVector factor = FloatVector.fromMemorySegment(S, ALL, correction + v & ADDRESS_MASK, ORDER);
            if (factor.compare(VectorOperators.EQ, 1).allTrue()) {
                continue;
            }
            long p = sums + v & ADDRESS_MASK;
            for (int i = 0; i < n; i++) {
                FloatVector.fromMemorySegment(S, ALL, p, ORDER).mul(factor).intoMemorySegment(ALL, p, ORDER);
                p = p + STEP & ADDRESS_MASK;
            }
        }
    }

    /**
     * Sets the scores of keys that lanes do not see to minus infinity.
     *
     * @param position of the first key
     * @param n keys
     * @param firsts a panel of I32: the first position that each lane sees
     * @param ends a panel of I32: one past the last
     */
    static void hide(int position, int n, long scores, long firsts, long ends) {
        VectorSpecies<Integer> ints = IntVector.SPECIES_PREFERRED;
        for (int v = 0; v < STEP; v += V) {
            IntVector first = IntVector.fromMemorySegment(ints, ALL, firsts + v & ADDRESS_MASK, ORDER);
            IntVector end = IntVector.fromMemorySegment(ints, ALL, ends + v & ADDRESS_MASK, ORDER);
            long p = scores + v & ADDRESS_MASK;
            for (int i = 0; i < n; i++) {
                VectorMask<Float> hidden = first.compare(VectorOperators.GT, position + i)
                        .or(end.compare(VectorOperators.LE, position + i))
                        .cast(S);
                FloatVector.fromMemorySegment(S, ALL, p, ORDER)
                        .blend(MINUS_INFINITY, hidden)
                        .intoMemorySegment(ALL, p, ORDER);
                p = p + STEP & ADDRESS_MASK;
            }
        }
    }

    /** {@code score = factor * tanh(score)}. */
    static void cap(int n, long scores, float factor) {
        long p = scores & ADDRESS_MASK;
        int count = n * (STEP / V);
        for (int i = 0; i < count; i++) {
            Exponential.tanh(FloatVector.fromMemorySegment(S, ALL, p, ORDER))
                    .mul(factor)
                    .intoMemorySegment(ALL, p, ORDER);
            p = p + V & ADDRESS_MASK;
        }
    }
}
