package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Rows of a table by index: an embedding lookup. An index outside the table is an error (on a device that cannot raise
 * one, its row becomes NaN, or 0 for integers).
 *
 * @param table [rows, n...]: any plain type; or [rows, n] quantized, which is dequantized
 * @param indices [...], I64 or I32
 * @param out [..., n...]: {@code table}'s type; F32, F16 or BF16 for a quantized one
 */
public record Gather(Tensor table, Tensor indices, Tensor out) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(table, indices);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(out);
    }
}
