package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.UnaryKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.UnaryBackward;

final class CpuUnaryBackward {
    private CpuUnaryBackward() {}

    static Runnable bind(UnaryBackward op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        return ElementLoop.bind(
                context.team(),
                domain,
                UnaryKernels.backward(op.kind(), domain),
                CpuUnary.weight(op.kind(), domain),
                op.gradIn().shape(),
                2,
                Slot.in(op.in()),
                Slot.in(op.gradOut()),
                Slot.out(op.gradIn()));
    }
}
