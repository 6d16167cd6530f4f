package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The gradient of {@link Softmax} from its result y: {@code y * (g - sum(y g))}, for the logarithm
 * {@code g - exp(y) sum(g)}.
 *
 * @param out what the forward operator wrote, [..., n]
 * @param gradOut {@code out}'s shape and type
 * @param gradIn {@code out}'s shape and type; may be {@code gradOut} itself
 */
public record SoftmaxBackward(boolean logarithm, Tensor out, Tensor gradOut, Tensor gradIn) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(out, gradOut);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(gradIn);
    }
}
