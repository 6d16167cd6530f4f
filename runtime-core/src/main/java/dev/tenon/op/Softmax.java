package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Softmax or its logarithm along the last axis, computed from the differences to the row's maximum. A row of nothing but
 * negative infinities gives NaN, as the quotient 0/0 does.
 *
 * @param logarithm true for log-softmax
 * @param in [..., n], a float type
 * @param out {@code in}'s shape and type; may be {@code in} itself
 */
public record Softmax(boolean logarithm, Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }

    @Override
    public String name() {
        return logarithm ? "logSoftmax" : "softmax";
    }
}
