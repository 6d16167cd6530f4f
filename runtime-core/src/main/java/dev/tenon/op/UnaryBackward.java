package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The gradient of {@link Unary}: {@code gradIn = f'(in) * gradOut}. At a kink (ABS, RELU at 0; SIGN, FLOOR, CEIL, ROUND
 * everywhere) the derivative is 0.
 *
 * @param kind any but NOT
 * @param in what the forward operator read
 * @param gradOut the shape and type of {@code in}
 * @param gradIn the shape and type of {@code in}; may be {@code gradOut} itself
 */
public record UnaryBackward(UnaryKind kind, Tensor in, Tensor gradOut, Tensor gradIn) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in, gradOut);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(gradIn);
    }
}
