package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * {@code out = f(a, b)} element by element, with NumPy's broadcasting. Integers wrap.
 *
 * @param a any shape
 * @param b of {@code a}'s type, a shape that broadcasts with {@code a}'s
 * @param out the broadcast shape; {@code a}'s type, BOOL for comparisons; may be {@code a} or {@code b} itself
 */
public record Binary(BinaryKind kind, Tensor a, Tensor b, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(a, b);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
