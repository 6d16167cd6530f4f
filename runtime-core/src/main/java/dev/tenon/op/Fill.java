package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Every element set to one value.
 *
 * @param value converted to {@code out}'s type as {@link Cast} does from F64
 */
public record Fill(double value, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of();
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
