package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Layer normalization along the last axis (Ba et al. 2016): {@code (x - mean) * rstd * weight + bias} with {@code rstd =
 * 1 / sqrt(variance + epsilon)}, the variance over n.
 *
 * @param in [..., n], a float type
 * @param weight [n], {@code in}'s type or F32; absent: 1
 * @param bias [n], as {@code weight}; absent: 0
 * @param out {@code in}'s shape and type; may be {@code in} itself
 * @param mean [...], F32 (F64 for F64): what {@link LayerNormBackward} needs; may be absent
 * @param rstd [...], as {@code mean}
 */
public record LayerNorm(
        Tensor in,
        @Nullable Tensor weight,
        @Nullable Tensor bias,
        float epsilon,
        Tensor out,
        @Nullable Tensor mean,
        @Nullable Tensor rstd)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return Operands.of(in, weight, bias);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(out, mean, rstd);
    }
}
