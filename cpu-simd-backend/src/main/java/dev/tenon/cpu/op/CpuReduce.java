package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.ReduceKernels;
import dev.tenon.cpu.plan.ReduceLoop;
import dev.tenon.op.Reduce;

final class CpuReduce {
    private CpuReduce() {}

    static Runnable bind(Reduce op, CpuContext context) {
        return new ReduceLoop(
                context.team(), ReduceKernels.of(op.kind(), op.in().dtype()), op.in(), op.axes(), op.out());
    }
}
