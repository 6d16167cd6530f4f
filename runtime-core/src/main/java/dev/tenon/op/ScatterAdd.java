package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * Rows added to a table by index, the gradient of {@link Gather}: {@code table[indices[i]] += rows[i]}, in the order of
 * i, so that results repeat. Sums of one row run in F32 (F64 for F64) and are rounded once. An index outside the table is
 * an error; -1 skips its row.
 *
 * @param rows [..., n...], a float type
 * @param indices [...], I64 or I32
 * @param table [rows, n...], {@code rows}' type or F32; updated in place
 */
public record ScatterAdd(Tensor rows, Tensor indices, Tensor table) implements Op {
    @Override
    public List<Tensor> inputs() {
        return List.of(rows, indices, table);
    }

    @Override
    public List<Tensor> outputs() {
        return List.of(table);
    }
}
