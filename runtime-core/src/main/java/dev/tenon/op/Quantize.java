package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Values rounded to a block-quantized type. Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 are defined exactly (scale from the block's
 * extreme values, as ggml's reference quantizers define them); the K types may differ between backends within the type's
 * error, since their scales are found by search.
 *
 * @param in F32, F16 or BF16, the last axis a whole number of blocks
 * @param out {@code in}'s shape, a quantized type, contiguous
 */
public record Quantize(Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
