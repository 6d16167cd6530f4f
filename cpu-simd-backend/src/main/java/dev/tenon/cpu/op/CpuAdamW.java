package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.kernel.AdamKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ElementLoop;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.op.AdamW;

/** The schedule is read at each run, so a captured step follows it. */
final class CpuAdamW {
    private CpuAdamW() {}

    static Runnable bind(AdamW op, CpuContext context) {
        Domain domain = Domain.of(op.parameter().dtype());
        AdamKernels kernels = new AdamKernels(op.beta1(), op.beta2(), op.epsilon(), op.weightDecay());
        ElementLoop loop = ElementLoop.bind(
                context.team(),
                domain,
                domain == Domain.F32 ? kernels::stepF32 : kernels::stepF64,
                4,
                op.parameter().shape(),
                0,
                Slot.inOut(op.parameter()),
                Slot.in(op.gradient()),
                Slot.inOut(op.firstMoment()),
                Slot.inOut(op.secondMoment()));
        Tensor schedule = op.schedule();
        long at = Slot.address(schedule);
        long step = schedule.layout().stride(0) * Float.BYTES;
        return () -> {
            kernels.schedule(OffHeap.getFloat(at), OffHeap.getFloat(at + step), OffHeap.getFloat(at + 2 * step));
            loop.run();
        };
    }
}
