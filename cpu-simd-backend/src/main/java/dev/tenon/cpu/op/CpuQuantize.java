package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.quant.Blocks;
import dev.tenon.op.Quantize;

final class CpuQuantize {
    private CpuQuantize() {}

    static Runnable bind(Quantize op, CpuContext context) {
        Tensor in = op.in();
        Tensor out = op.out();
        int rank = out.shape().rank();
        int width = Math.toIntExact(out.size(-1));
        IndexedRows from = new IndexedRows(in, rank - 1);
        IndexedRows to = new IndexedRows(out, rank - 1);
        long rows = width == 0 ? 0 : out.shape().elements() / width;
        return () -> RowTasks.run(
                context.team(),
                rows,
                8L * width,
                i -> Blocks.quantize(in.dtype(), from.address(i), from.innerStep(), out.dtype(), to.address(i), width));
    }
}
