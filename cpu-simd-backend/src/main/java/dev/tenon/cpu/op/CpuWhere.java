package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.cpu.kernel.MoveKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.Where;

/** F32 is chosen in vectors; of other types the bits are moved as integers. */
final class CpuWhere {
    private CpuWhere() {}

    static Runnable bind(Where op, CpuContext context) {
        DType type = op.a().dtype();
        boolean vectors = type == DType.F32;
        DType as = vectors ? type : CpuElementwise.bits(type);
        return ElementLoop.bind(
                context.team(),
                vectors ? Domain.F32 : Domain.I64,
                vectors ? MoveKernels::whereF32 : MoveKernels::whereI64,
                vectors ? 1 : 4,
                op.out().shape(),
                3,
                Slot.in(op.condition()),
                Slot.in(op.a(), as),
                Slot.in(op.b(), as),
                Slot.out(op.out(), as));
    }
}
