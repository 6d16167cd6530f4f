package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * One fused step of Adam with decoupled weight decay (Loshchilov and Hutter 2019), all in place:
 *
 * <pre>
 * g = gradScale * gradient
 * m = beta1 m + (1 - beta1) g;  v = beta2 v + (1 - beta2) g^2
 * w = w - rate (m / (1 - beta1^step) / (sqrt(v / (1 - beta2^step)) + epsilon) + weightDecay w)
 * </pre>
 *
 * @param parameter w: F32, BF16, F16 or F64
 * @param gradient {@code parameter}'s shape; its type or F32
 * @param firstMoment m, {@code parameter}'s shape, F32 (F64 for F64)
 * @param secondMoment v, likewise
 * @param schedule [3], F32: rate, step (1 for the first) and gradScale; a tensor, so that a captured step can be replayed
 *     with new ones
 */
public record AdamW(
        Tensor parameter,
        Tensor gradient,
        Tensor firstMoment,
        Tensor secondMoment,
        Tensor schedule,
        float beta1,
        float beta2,
        float epsilon,
        float weightDecay)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(parameter, gradient, firstMoment, secondMoment, schedule);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(parameter, firstMoment, secondMoment);
    }
}
