package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link LayerNorm}.
 *
 * @param gradOut [..., n]
 * @param in what the forward operator read
 * @param weight as in the forward operator
 * @param mean [...] and
 * @param rstd [...]: what the forward operator wrote
 * @param gradIn {@code in}'s shape and type; may be {@code gradOut} itself
 * @param gradWeight [n], {@code weight}'s type; may be absent
 * @param gradBias [n], {@code weight}'s type; may be absent
 */
public record LayerNormBackward(
        Tensor gradOut,
        Tensor in,
        @Nullable Tensor weight,
        Tensor mean,
        Tensor rstd,
        Tensor gradIn,
        @Nullable Tensor gradWeight,
        @Nullable Tensor gradBias)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return Operands.of(gradOut, in, weight, mean, rstd);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(gradIn, gradWeight, gradBias);
    }
}
