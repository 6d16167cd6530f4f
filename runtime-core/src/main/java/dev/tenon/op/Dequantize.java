package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The values that a block-quantized tensor stands for.
 *
 * @param in a quantized type, contiguous along the last axis
 * @param out {@code in}'s shape; F32, F16 or BF16
 */
public record Dequantize(Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
