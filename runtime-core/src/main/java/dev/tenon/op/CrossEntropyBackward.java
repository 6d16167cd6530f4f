package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The gradient of {@link CrossEntropy}: {@code (softmax(logits) - oneHot(target)) * gradLosses}, 0 for ignored rows.
 *
 * @param logits [n, classes]
 * @param targets [n], I64 or I32
 * @param logSumExp [n], what the forward operator wrote
 * @param gradLosses [n], the losses' type
 * @param gradLogits the shape and type of {@code logits}; may be {@code logits} itself
 */
public record CrossEntropyBackward(
        Tensor logits, Tensor targets, long ignore, Tensor logSumExp, Tensor gradLosses, Tensor gradLogits)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(logits, targets, logSumExp, gradLosses);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(gradLogits);
    }
}
