package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * A reduction over some axes. Over no elements SUM and SUM_SQUARES give 0, PRODUCT 1, MEAN NaN, MAX and MIN the type's
 * lowest and highest value (infinities for floats).
 *
 * @param in a float type, I64 or I32 (integers: not MEAN; sums wrap)
 * @param axes the axes reduced, counted from 0, ascending
 * @param out {@code in}'s shape with size 1 at {@code axes}; {@code in}'s type, or F32 where {@code in} is F16 or BF16
 */
public record Reduce(ReduceKind kind, Tensor in, List<Integer> axes, Tensor out) implements Op {
    public Reduce {
        axes = List.copyOf(axes);
    }

    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
