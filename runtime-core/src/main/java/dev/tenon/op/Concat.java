package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Tensors joined along one axis, in order.
 *
 * @param parts at least one; one plain type; the same sizes but for {@code axis}
 * @param axis counted from 0
 * @param out the joined shape, the parts' type
 */
public record Concat(List<Tensor> parts, int axis, Tensor out) implements Op {
    public Concat {
        parts = List.copyOf(parts);
    }

    @Override
    public List<Tensor> inputs() {
        return new ArrayList<>(parts);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
