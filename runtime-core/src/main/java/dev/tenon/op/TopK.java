package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The k largest elements along the last axis, largest first; of equals the lower index first; NaN counts as largest.
 *
 * @param in [..., n], a float type
 * @param values [..., k] with k at most n, {@code in}'s type
 * @param indices [..., k], I64 or I32
 */
public record TopK(Tensor in, Tensor values, Tensor indices) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(values, indices);
    }
}
