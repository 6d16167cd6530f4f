package dev.tenon.cpu.op;

import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.OffHeap.setFloat;

import dev.tenon.cpu.kernel.SoftmaxKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Indices;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.op.CrossEntropyBackward;

final class CpuCrossEntropyBackward {
    private CpuCrossEntropyBackward() {}

    static Runnable bind(CrossEntropyBackward op, CpuContext context) {
        Domain domain = Domain.of(op.logits().dtype());
        Indices targets = new Indices(op.targets());
        long ignore = op.ignore();
        long classes = op.logits().size(1);
        RowSlots slots = new RowSlots(op.logits().shape());
        int in = slots.in(op.logits());
        int sum = slots.statistic(op.logSumExp());
        int grad = slots.statistic(op.gradLosses());
        int out = slots.out(op.gradLogits());
        RowKernel floats = (at, n, row) -> {
            long target = targets.get(row);
            float scale = target == ignore ? 0 : getFloat(at[grad]);
            SoftmaxKernels.exponentials(at[in], at[out], getFloat(at[sum]), scale, n);
            if (target != ignore) {
                setFloat(at[out] + 4 * target, getFloat(at[out] + 4 * target) - scale);
            }
        };
        RowKernel doubles = (at, n, row) -> {
            long target = targets.get(row);
            double scale = target == ignore ? 0 : getDouble(at[grad]);
            double logSum = getDouble(at[sum]);
            for (int i = 0; i < n; i++) {
                double p = scale == 0 ? 0 : Math.exp(getDouble(at[in] + 8L * i) - logSum) - (i == target ? 1 : 0);
                setDouble(at[out] + 8L * i, p * scale);
            }
        };
        RowLoop loop = RowLoop.bind(
                context.team(),
                domain,
                domain == Domain.F32 ? floats : doubles,
                CpuElementwise.FUNCTION,
                slots.toArray());
        return () -> {
            CpuCrossEntropy.checkTargets("crossEntropyBackward", targets, ignore, classes);
            loop.run();
        };
    }
}
