package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.kernel.ArgKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.op.ArgReduce;

final class CpuArgReduce {
    private CpuArgReduce() {}

    static Runnable bind(ArgReduce op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        Tensor out = op.out();
        DType type = out.dtype();
        IndexedRows results = new IndexedRows(out, out.shape().rank());
        boolean largest = op.largest();
        RowKernel kernel = (at, n, row) -> {
            int index = switch (domain) {
                case F32 -> largest ? ArgKernels.max(at[0], n) : ArgKernels.min(at[0], n);
                case F64 -> ArgKernels.doubles(largest, at[0], n);
                case I64 -> ArgKernels.longs(largest, at[0], n);
            };
            Stage.setLong(type, results.address(row), index);
        };
        return RowLoop.bind(context.team(), domain, kernel, domain == Domain.F32 ? 1 : 4, Slot.in(op.in()));
    }
}
