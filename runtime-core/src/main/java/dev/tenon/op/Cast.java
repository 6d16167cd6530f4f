package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The same values in another plain type. Floats round to nearest even; float to integer truncates and saturates, NaN
 * gives 0; integer to integer keeps the low bits; anything but 0 is true; true is 1.
 *
 * @param out the shape of {@code in}, any plain type
 */
public record Cast(Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
