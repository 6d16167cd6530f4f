package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * {@code out = activation(gate) * up}: SwiGLU with SILU, GeGLU with GELU (Shazeer 2020).
 *
 * @param gate any shape, a float type
 * @param up {@code gate}'s shape and type
 * @param out {@code gate}'s shape and type; may be {@code gate} or {@code up} itself
 */
public record GatedActivation(Activation activation, Tensor gate, Tensor up, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(gate, up);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
