package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.cpu.kernel.MoveKernels;
import dev.tenon.cpu.plan.CopyLoop;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.Cast;

/** Between short floats through F32, between integers through I64, and everything else through F64. */
final class CpuCast {
    private CpuCast() {}

    static Runnable bind(Cast op, CpuContext context) {
        DType from = op.in().dtype();
        DType to = op.out().dtype();
        if (from == to) {
            return CopyLoop.bind(context.team(), op.in(), op.out());
        }
        if (from == DType.I64 && to == DType.F64) {
            // Other ways from I64 round to odd in F64 first, for a second rounding to come.
            return ElementLoop.bind(
                    context.team(),
                    Domain.I64,
                    MoveKernels::longsToDoubles,
                    1,
                    op.out().shape(),
                    1,
                    Slot.in(op.in()),
                    Slot.out(op.out(), DType.I64));
        }
        Domain domain = domain(from, to);
        return ElementLoop.bind(
                context.team(),
                domain,
                domain == Domain.F32 ? MoveKernels::copyF32 : MoveKernels::copy64,
                domain == Domain.F32 ? 1 : 4,
                op.out().shape(),
                1,
                Slot.in(op.in()),
                Slot.out(op.out()));
    }

    private static Domain domain(DType from, DType to) {
        if (!from.isFloat() && !to.isFloat()) {
            return Domain.I64;
        }
        boolean shortFloats = Domain.of(from) == Domain.F32 && (Domain.of(to) == Domain.F32 || to == DType.BOOL);
        return shortFloats || (from == DType.BOOL && Domain.of(to) == Domain.F32) ? Domain.F32 : Domain.F64;
    }
}
