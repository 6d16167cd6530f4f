package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.GatedKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.GatedActivation;

final class CpuGatedActivation {
    private CpuGatedActivation() {}

    static Runnable bind(GatedActivation op, CpuContext context) {
        Domain domain = Domain.of(op.gate().dtype());
        return ElementLoop.bind(
                context.team(),
                domain,
                GatedKernels.of(op.activation(), domain),
                CpuElementwise.FUNCTION,
                op.out().shape(),
                2,
                Slot.in(op.gate()),
                Slot.in(op.up()),
                Slot.out(op.out()));
    }
}
