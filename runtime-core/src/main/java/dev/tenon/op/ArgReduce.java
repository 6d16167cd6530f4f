package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The index of the largest or smallest element along the last axis; the first of equals; a NaN counts as both largest
 * and smallest.
 *
 * @param largest true for the largest, false for the smallest
 * @param in [..., n], n at least 1, a float type, I64 or I32
 * @param out [...], I64 or I32
 */
public record ArgReduce(boolean largest, Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
