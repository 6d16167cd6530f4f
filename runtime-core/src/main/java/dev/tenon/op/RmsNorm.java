package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Root-mean-square normalization along the last axis (Zhang and Sennrich 2019), after an optional residual addition:
 * {@code s = in + residual; out = s * rstd * (weight + weightOffset)} with {@code rstd = 1 / sqrt(mean(s^2) +
 * epsilon)}.
 *
 * @param in [..., n], a float type
 * @param residual {@code in}'s shape and type; may be absent
 * @param weight [n], {@code in}'s type or F32; absent: all 1, whatever the offset
 * @param weightOffset added to every weight: 1 for Gemma's form, else 0
 * @param out {@code in}'s shape and type; may be {@code in} itself
 * @param sum where s goes, {@code in}'s shape and type; may be {@code in} or {@code residual} itself, or absent
 * @param rstd [...], F32 (F64 for F64): what {@link RmsNormBackward} needs; may be absent
 */
public record RmsNorm(
        Tensor in,
        @Nullable Tensor residual,
        @Nullable Tensor weight,
        float weightOffset,
        float epsilon,
        Tensor out,
        @Nullable Tensor sum,
        @Nullable Tensor rstd)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return Operands.of(in, residual, weight);
    }

    @Override
    public List<Tensor> outputs() {
        return Operands.of(out, sum, rstd);
    }
}
