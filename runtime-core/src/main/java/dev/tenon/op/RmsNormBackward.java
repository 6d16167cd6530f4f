package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link RmsNorm} with respect to the sum s it normalized (and so to both addends).
 *
 * @param gradOut [..., n]
 * @param sum s, [..., n]: the forward operator's input, or its {@code sum} where it had a residual
 * @param weight as in the forward operator
 * @param rstd [...]: what the forward operator wrote
 * @param gradSum the gradient that reaches s by other ways, added to {@code gradIn}; may be absent
 * @param gradIn the shape and type of {@code sum}; may be {@code gradOut} or {@code gradSum} itself
 * @param gradWeight [n], {@code weight}'s type; may be absent
 */
public record RmsNormBackward(
        Tensor gradOut,
        Tensor sum,
        @Nullable Tensor weight,
        float weightOffset,
        Tensor rstd,
        @Nullable Tensor gradSum,
        Tensor gradIn,
        @Nullable Tensor gradWeight)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return Operands.of(gradOut, sum, weight, rstd, gradSum);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(gradIn, gradWeight);
    }
}
