package dev.tenon.cpu.op;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.kernel.SoftmaxKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Indices;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.CrossEntropy;

/** Targets are checked before a loss is written. */
final class CpuCrossEntropy {
    private CpuCrossEntropy() {}

    static Runnable bind(CrossEntropy op, CpuContext context) {
        Domain domain = Domain.of(op.logits().dtype());
        Indices targets = new Indices(op.targets());
        long ignore = op.ignore();
        long classes = op.logits().size(1);
        RowSlots slots = new RowSlots(op.logits().shape());
        int logits = slots.in(op.logits());
        int losses = slots.statisticOut(op.losses());
        int sums = slots.statisticOut(op.logSumExp());
        RowKernel floats = (at, n, row) -> {
            long in = at[logits];
            float max = SoftmaxKernels.max(in, n);
            double aboveMax = SoftmaxKernels.logSum(in, max, n);
            long target = targets.get(row);
            double loss = target == ignore ? 0 : aboveMax + ((double) max - OffHeap.getFloat(in + 4 * target));
            OffHeap.setFloat(at[losses], (float) loss);
            if (sums >= 0) {
                OffHeap.setFloat(at[sums], (float) (max + aboveMax));
            }
        };
        RowKernel doubles = (at, n, row) -> {
            long in = at[logits];
            double max = SoftmaxKernels.maxF64(in, n);
            double aboveMax = SoftmaxKernels.logSumF64(in, max, n);
            long target = targets.get(row);
            OffHeap.setDouble(at[losses], target == ignore ? 0 : aboveMax + (max - OffHeap.getDouble(in + 8 * target)));
            if (sums >= 0) {
                OffHeap.setDouble(at[sums], max + aboveMax);
            }
        };
        RowLoop loop = RowLoop.bind(
                context.team(),
                domain,
                domain == Domain.F32 ? floats : doubles,
                CpuElementwise.FUNCTION,
                slots.toArray());
        return () -> {
            checkTargets("crossEntropy", targets, ignore, classes);
            loop.run();
        };
    }

    static void checkTargets(String op, Indices targets, long ignore, long classes) {
        for (long i = 0; i < targets.count(); i++) {
            long target = targets.get(i);
            if (target != ignore && (target < 0 || target >= classes)) {
                throw new InvalidArgumentException(
                        op + ": target " + target + " of row " + i + " is not one of " + classes + " classes");
            }
        }
    }
}
