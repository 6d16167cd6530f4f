package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * The same elements in another layout, bit for bit. Quantized tensors are copied by whole blocks.
 *
 * @param in any layout; broadcasts to {@code out}'s shape
 * @param out {@code in}'s type, any layout that is not itself broadcast
 */
public record Copy(Tensor in, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(in);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
