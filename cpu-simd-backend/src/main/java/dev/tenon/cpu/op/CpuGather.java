package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.cpu.plan.CopyLoop;
import dev.tenon.cpu.plan.Indices;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.quant.Blocks;
import dev.tenon.op.Gather;

/** Indices are checked before a row is written, so an error leaves the output as it was. */
final class CpuGather {
    private CpuGather() {}

    static Runnable bind(Gather op, CpuContext context) {
        Tensor table = op.table();
        Tensor out = op.out();
        Indices indices = new Indices(op.indices());
        long rows = table.shape().size(0);
        IndexedRows target = new IndexedRows(out, op.indices().shape().rank());
        long rowStride = table.layout().stride(0);
        long storage = Slot.storage(table);
        if (table.dtype().isQuantized()) {
            int width = Math.toIntExact(table.shape().size(1));
            return () -> {
                indices.check("gather", 0, rows);
                DType type = table.dtype();
                for (long i = 0; i < indices.count(); i++) {
                    long element = table.layout().offset() + indices.get(i) * rowStride;
                    long from = storage + element / type.blockSize() * type.blockBytes();
                    Blocks.dequantize(type, from, out.dtype(), target.address(i), target.innerStep(), width);
                }
            };
        }
        Layout row = rows == 0 ? table.layout() : table.layout().select(0, 0);
        return () -> {
            indices.check("gather", 0, rows);
            for (long i = 0; i < indices.count(); i++) {
                Layout from = Layout.of(row.shape(), row.strides(), row.offset() + indices.get(i) * rowStride);
                CopyLoop.bind(context.team(), out.dtype(), storage, from, Slot.storage(out), target.layout(i))
                        .run();
            }
        };
    }
}
