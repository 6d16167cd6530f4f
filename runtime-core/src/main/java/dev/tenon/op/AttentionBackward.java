package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of {@link Attention}, recomputing the weights from the log-sum-exp (Dao et al. 2022). Quantized keys have
 * no gradient. Key and value gradients of grouped heads are summed over their query heads.
 *
 * @param query and {@code key, value, mask}: what the forward operator read
 * @param out and
 * @param logSumExp what it wrote
 * @param gradOut the shape and type of {@code out}
 * @param gradQuery the shape and type of {@code query}
 * @param gradKey the shape and type of {@code key}
 * @param gradValue the shape and type of {@code value}
 */
public record AttentionBackward(
        Tensor query,
        Tensor key,
        Tensor value,
        @Nullable Tensor mask,
        AttentionParameters parameters,
        Tensor out,
        Tensor logSumExp,
        Tensor gradOut,
        Tensor gradQuery,
        Tensor gradKey,
        Tensor gradValue)
        implements Op {
    @Override
    public List<Tensor> inputs() {
        return Operands.of(query, key, value, mask, out, logSumExp, gradOut);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(gradQuery, gradKey, gradValue);
    }
}
