package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.quant.Blocks;
import dev.tenon.op.Dequantize;

final class CpuDequantize {
    private CpuDequantize() {}

    static Runnable bind(Dequantize op, CpuContext context) {
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
                4L * width,
                i -> Blocks.dequantize(in.dtype(), from.address(i), out.dtype(), to.address(i), to.innerStep(), width));
    }
}
