package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.plan.AddRows;
import dev.tenon.cpu.plan.Indices;
import dev.tenon.op.ScatterAdd;
import java.util.Arrays;

/**
 * Rows are grouped by their index, in order, so that each row of the table is summed by one thread and rounded once. Indices
 * are checked before a sum is written.
 */
final class CpuScatterAdd {
    private CpuScatterAdd() {}

    static Runnable bind(ScatterAdd op, CpuContext context) {
        Tensor table = op.table();
        Indices indices = new Indices(op.indices());
        AddRows adder = new AddRows(
                new IndexedRows(table, 1).layout(0),
                table.dtype(),
                new IndexedRows(op.rows(), op.indices().shape().rank()).layout(0),
                op.rows().dtype());
        IndexedRows from = new IndexedRows(op.rows(), op.indices().shape().rank());
        IndexedRows to = new IndexedRows(table, 1);
        int count = Math.toIntExact(indices.count());
        return () -> {
            indices.check("scatterAdd", -1, table.size(0));
            long[] order = new long[count];
            int kept = 0;
            for (int i = 0; i < count; i++) {
                long index = indices.get(i);
                if (index >= 0) {
                    // Index above, place below: sorting keeps the rows of one index in their order.
                    order[kept++] = index << 31 | i;
                }
            }
            int rows = kept;
            Arrays.sort(order, 0, rows);
            int[] starts = new int[rows + 1];
            int groups = 0;
            for (int i = 0; i < rows; i++) {
                if (i == 0 || order[i] >>> 31 != order[i - 1] >>> 31) {
                    starts[groups++] = i;
                }
            }
            starts[groups] = rows;
            long work = groups == 0 ? 0 : adder.elements() * 4 * rows / groups;
            RowTasks.run(context.team(), groups, work, g -> {
                int first = starts[(int) g];
                int end = starts[(int) g + 1];
                long[] addresses = new long[end - first];
                for (int i = first; i < end; i++) {
                    addresses[i - first] = from.address(order[i] & Integer.MAX_VALUE);
                }
                adder.add(addresses, to.address(order[first] >>> 31));
            });
        };
    }
}
