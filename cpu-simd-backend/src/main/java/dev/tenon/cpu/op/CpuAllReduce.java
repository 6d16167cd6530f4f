package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.ReduceKernels;
import dev.tenon.cpu.plan.CombineLoop;
import dev.tenon.op.AllReduce;

final class CpuAllReduce {
    private CpuAllReduce() {}

    static Runnable bind(AllReduce op, CpuContext context) {
        return new CombineLoop(
                context.team(), ReduceKernels.of(op.kind(), op.in().getFirst().dtype()), op.in(), op.out());
    }
}
