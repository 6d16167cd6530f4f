package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.math.Exponential;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** What lies between the products of the backward pass, on panels of scores. */
final class BackwardSoftmax {
    private static final VectorSpecies<Float> S = Panels.SPECIES;
    private static final int V = Panels.VECTOR_BYTES;
    private static final int STEP = Panels.PANEL_BYTES;

    private BackwardSoftmax() {}

    /** {@code cap = tanh(score); score = factor * cap}. */
    static void cap(int n, long scores, long caps, float factor) {
        long p = scores & ADDRESS_MASK;
        long c = caps & ADDRESS_MASK;
        int count = n * (STEP / V);
        for (int i = 0; i < count; i++) {
            FloatVector cap = Exponential.tanh(FloatVector.fromMemorySegment(S, ALL, p, ORDER));
            cap.intoMemorySegment(ALL, c, ORDER);
            cap.mul(factor).intoMemorySegment(ALL, p, ORDER);
            p = p + V & ADDRESS_MASK;
            c = c + V & ADDRESS_MASK;
        }
    }

    /** {@code grad *= 1 - cap^2}, the slope of the soft cap. */
    static void uncap(int n, long grads, long caps) {
        long p = grads & ADDRESS_MASK;
        long c = caps & ADDRESS_MASK;
        int count = n * (STEP / V);
        for (int i = 0; i < count; i++) {
            FloatVector cap = FloatVector.fromMemorySegment(S, ALL, c, ORDER);
            FloatVector grad = FloatVector.fromMemorySegment(S, ALL, p, ORDER);
            cap.neg().fma(cap, FloatVector.broadcast(S, 1)).mul(grad).intoMemorySegment(ALL, p, ORDER);
            p = p + V & ADDRESS_MASK;
            c = c + V & ADDRESS_MASK;
        }
    }

    /**
     * {@code weight = 2^(score - logSum); grad = weight (grad - delta)}, 0 where the weight is.
     *
     * @param scores in units of log 2; become weights
     * @param grads of the weights; become those of the scores
     * @param logSums a panel, in units of log 2
     * @param deltas a panel: {@code out . gradOut}
     */
    static void weigh(int n, long scores, long grads, long logSums, long deltas) {
        for (int v = 0; v < STEP; v += V) {
            FloatVector logSum = FloatVector.fromMemorySegment(S, ALL, logSums + v & ADDRESS_MASK, ORDER);
            FloatVector delta = FloatVector.fromMemorySegment(S, ALL, deltas + v & ADDRESS_MASK, ORDER);
            long p = scores + v & ADDRESS_MASK;
            long g = grads + v & ADDRESS_MASK;
            for (int i = 0; i < n; i++) {
                FloatVector x = FloatVector.fromMemorySegment(S, ALL, p, ORDER).sub(logSum);
                x = x.blend(PanelSoftmax.LEAST, x.compare(VectorOperators.LT, PanelSoftmax.LEAST));
                FloatVector rounded = x.add(PanelSoftmax.ROUNDER);
                FloatVector f = x.sub(rounded.sub(PanelSoftmax.ROUNDER));
                FloatVector power = f.fma(
                                FloatVector.broadcast(S, PanelSoftmax.P4), FloatVector.broadcast(S, PanelSoftmax.P3))
                        .fma(f, FloatVector.broadcast(S, PanelSoftmax.P2))
                        .fma(f, FloatVector.broadcast(S, PanelSoftmax.P1))
                        .fma(f, FloatVector.broadcast(S, PanelSoftmax.P0))
                        .fma(f, FloatVector.broadcast(S, 1));
                FloatVector scale = rounded.reinterpretAsInts()
                        .lanewise(VectorOperators.LSHL, 23)
                        .reinterpretAsFloats();
                FloatVector weight = power.mul(scale);
                FloatVector grad = FloatVector.fromMemorySegment(S, ALL, g, ORDER)
                        .sub(delta)
                        .mul(weight);
                weight.intoMemorySegment(ALL, p, ORDER);
                grad.blend(0, weight.compare(VectorOperators.EQ, 0)).intoMemorySegment(ALL, g, ORDER);
                p = p + STEP & ADDRESS_MASK;
                g = g + STEP & ADDRESS_MASK;
            }
        }
    }
}
