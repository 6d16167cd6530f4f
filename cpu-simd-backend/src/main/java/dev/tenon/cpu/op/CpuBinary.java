package dev.tenon.cpu.op;

import dev.tenon.cpu.kernel.BinaryKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;

final class CpuBinary {
    private CpuBinary() {}

    static Runnable bind(Binary op, CpuContext context) {
        Domain domain = Domain.of(op.a().dtype());
        int weight = op.kind() == BinaryKind.POWER || op.kind() == BinaryKind.REMAINDER ? 16 : 1;
        return ElementLoop.bind(
                context.team(),
                domain,
                BinaryKernels.of(op.kind(), domain),
                domain == Domain.F32 ? weight : 4 * weight,
                op.out().shape(),
                2,
                Slot.in(op.a()),
                Slot.in(op.b()),
                Slot.out(op.out()));
    }
}
