package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.GatedBackwardKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.GatedActivationBackward;

final class CpuGatedActivationBackward {
    private CpuGatedActivationBackward() {}

    static Runnable bind(GatedActivationBackward op, CpuContext context) {
        Domain domain = Domain.of(op.gate().dtype());
        return ElementLoop.bind(
                context.team(),
                domain,
                GatedBackwardKernels.of(op.activation(), domain),
                2 * CpuElementwise.FUNCTION,
                op.gate().shape(),
                3,
                Slot.in(op.gate()),
                Slot.in(op.up()),
                Slot.in(op.gradOut()),
                Slot.out(op.gradGate()),
                Slot.out(op.gradUp()));
    }
}
