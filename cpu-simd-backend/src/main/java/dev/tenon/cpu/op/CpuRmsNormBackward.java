package dev.tenon.cpu.op;

import static dev.tenon.cpu.op.RowSlots.at;

import dev.tenon.cpu.kernel.NormBackwardKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.op.RmsNormBackward;

/** One pass over the rows gives the sum's gradient and adds to the weight's. */
final class CpuRmsNormBackward {
    private CpuRmsNormBackward() {}

    static Runnable bind(RmsNormBackward op, CpuContext context) {
        Domain domain = Domain.of(op.sum().dtype());
        RowSlots slots = new RowSlots(op.sum().shape());
        int grad = slots.in(op.gradOut());
        int sum = slots.in(op.sum());
        int weight = slots.shared(op.weight());
        int rstd = slots.statistic(op.rstd());
        int other = slots.in(op.gradSum());
        int out = slots.out(op.gradIn());
        float offset = op.weightOffset();
        WeightGradients gradients =
                new WeightGradients(context.team(), domain, op.sum().shape(), op.gradWeight(), null);
        boolean vectors = domain == Domain.F32;
        RowKernel kernel = (rows, n, row) -> {
            if (vectors) {
                NormBackwardKernels.rmsFloats(
                        rows[grad],
                        rows[sum],
                        at(rows, weight),
                        offset,
                        rows[rstd],
                        at(rows, other),
                        rows[out],
                        gradients.weight(row),
                        n);
            } else {
                NormBackwardKernels.rmsDoubles(
                        rows[grad],
                        rows[sum],
                        at(rows, weight),
                        offset,
                        rows[rstd],
                        at(rows, other),
                        rows[out],
                        gradients.weight(row),
                        n);
            }
        };
        RowLoop loop = RowLoop.bind(context.team(), domain, kernel, 4, gradients.rowsPerTask(), slots.toArray());
        return () -> gradients.run(loop);
    }
}
