package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.SoftmaxKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.SoftmaxBackward;

final class CpuSoftmaxBackward {
    private CpuSoftmaxBackward() {}

    static Runnable bind(SoftmaxBackward op, CpuContext context) {
        Domain domain = Domain.of(op.out().dtype());
        RowKernel.Plain kernel = domain == Domain.F32
                ? op.logarithm() ? SoftmaxKernels::logBackward : SoftmaxKernels::backward
                : op.logarithm() ? SoftmaxKernels::logBackwardF64 : SoftmaxKernels::backwardF64;
        return RowLoop.bindPlain(
                context.team(),
                domain,
                kernel,
                op.logarithm() ? CpuElementwise.FUNCTION : 2,
                Slot.in(op.out()),
                Slot.in(op.gradOut()),
                Slot.out(op.gradIn()));
    }
}
