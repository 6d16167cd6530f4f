package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.kernel.MoveKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.FillLoop;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.op.Fill;

/** The value's bits are settled once; then only bits move. */
final class CpuFill {
    private CpuFill() {}

    static Runnable bind(Fill op, CpuContext context) {
        DType type = op.out().dtype();
        long tile = Scratch.current().tile(0);
        Stage.setDouble(type, tile, op.value());
        if (type == DType.F32) {
            float value = OffHeap.getFloat(tile);
            return ElementLoop.bind(
                    context.team(),
                    Domain.F32,
                    (at, count) -> MoveKernels.fillF32(at[0], value, count),
                    1,
                    op.out().shape(),
                    0,
                    Slot.out(op.out()));
        }
        DType as = CpuElementwise.bits(type);
        long bits = Stage.longAt(as, tile);
        if (op.out().layout().isContiguous()) {
            return new FillLoop(
                    context.team(), Slot.address(op.out()), op.out().shape().elements(), type.blockBytes(), bits);
        }
        return ElementLoop.bind(
                context.team(),
                Domain.I64,
                (at, count) -> MoveKernels.fill64(at[0], bits, count),
                1,
                op.out().shape(),
                0,
                Slot.out(op.out(), as));
    }
}
