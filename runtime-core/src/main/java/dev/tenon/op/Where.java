package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * {@code out = condition ? a : b} element by element, with NumPy's broadcasting over all three.
 *
 * @param condition BOOL
 * @param a any plain type
 * @param b of {@code a}'s type
 * @param out the broadcast shape, {@code a}'s type; may be {@code a} or {@code b} itself
 */
public record Where(Tensor condition, Tensor a, Tensor b, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(condition, a, b);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
