package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.SoftmaxKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.Softmax;

final class CpuSoftmax {
    private CpuSoftmax() {}

    static Runnable bind(Softmax op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        RowKernel.Plain kernel = domain == Domain.F32
                ? op.logarithm() ? SoftmaxKernels::logSoftmax : SoftmaxKernels::softmax
                : op.logarithm() ? SoftmaxKernels::logSoftmaxF64 : SoftmaxKernels::softmaxF64;
        return RowLoop.bindPlain(
                context.team(), domain, kernel, CpuElementwise.FUNCTION, Slot.in(op.in()), Slot.out(op.out()));
    }
}
