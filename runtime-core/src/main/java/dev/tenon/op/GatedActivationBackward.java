package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The gradient of {@link GatedActivation}.
 *
 * @param gradOut {@code gate}'s shape and type, as are the gradients, which may be {@code gate} and {@code up} themselves
 */
public record GatedActivationBackward(
        Activation activation, Tensor gate, Tensor up, Tensor gradOut, Tensor gradGate, Tensor gradUp) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(gate, up, gradOut);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(gradGate, gradUp);
    }
}
