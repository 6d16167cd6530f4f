package dev.tenon.kernels.plan;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.ScatterAdd;
import java.util.Arrays;

final class PortableScatterAdd {
    private PortableScatterAdd() {}

    static void bind(ScatterAdd op, Work work) {
        Tensor table = op.table();
        Layout rows = op.rows().layout();
        int indexAxes = op.indices().shape().rank();
        Shape row = table.shape().axes(1, table.shape().rank());
        long[] strides = rows.strides();
        Loop columns = Loop.over(
                row,
                Layout.of(row, Arrays.copyOfRange(strides, indexAxes, strides.length), rows.offset()),
                Layout.of(
                        row,
                        Arrays.copyOfRange(
                                table.layout().strides(), 1, table.shape().rank()),
                        table.layout().offset()));
        Shape indexed = op.indices().shape();
        Loop indices = Loop.over(
                indexed,
                Layout.of(indexed, Arrays.copyOf(strides, indexAxes), 0),
                op.indices().layout());
        int group = work.device().reduceGroup();
        long columnGroups = Math.ceilDiv(columns.count(), (long) group);
        work.launch(
                        "scatter_add",
                        "scatter_add",
                        "TYPE=" + op.rows().dtype() + " TABLE=" + table.dtype() + " INDEX="
                                + op.indices().dtype() + " GROUP=" + group)
                .storage(op.rows())
                .storage(op.indices())
                .storage(table)
                .loop(columns)
                .loop(indices)
                .value(table.layout().stride(0))
                .value(columnGroups)
                .groups(indices.count() == 0 ? 0 : table.size(0) * columnGroups, group);
    }
}
