package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * {@code out = f(in)} element by element.
 *
 * @param in any shape
 * @param out the shape and type of {@code in}; may be {@code in} itself
 */
public record Unary(UnaryKind kind, Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
