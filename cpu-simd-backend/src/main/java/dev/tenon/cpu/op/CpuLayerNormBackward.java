package dev.tenon.cpu.op;

import static dev.tenon.cpu.op.RowSlots.at;

import dev.tenon.cpu.kernel.NormBackwardKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.op.LayerNormBackward;

/** One pass over the rows gives the input's gradient and adds to the weights'. */
final class CpuLayerNormBackward {
    private CpuLayerNormBackward() {}

    static Runnable bind(LayerNormBackward op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        RowSlots slots = new RowSlots(op.in().shape());
        int grad = slots.in(op.gradOut());
        int in = slots.in(op.in());
        int weight = slots.shared(op.weight());
        int mean = slots.statistic(op.mean());
        int rstd = slots.statistic(op.rstd());
        int out = slots.out(op.gradIn());
        WeightGradients gradients =
                new WeightGradients(context.team(), domain, op.in().shape(), op.gradWeight(), op.gradBias());
        boolean vectors = domain == Domain.F32;
        RowKernel kernel = (rows, n, row) -> {
            if (vectors) {
                NormBackwardKernels.layerFloats(
                        rows[grad],
                        rows[in],
                        at(rows, weight),
                        rows[mean],
                        rows[rstd],
                        rows[out],
                        gradients.weight(row),
                        gradients.bias(row),
                        n);
            } else {
                NormBackwardKernels.layerDoubles(
                        rows[grad],
                        rows[in],
                        at(rows, weight),
                        rows[mean],
                        rows[rstd],
                        rows[out],
                        gradients.weight(row),
                        gradients.bias(row),
                        n);
            }
        };
        RowLoop loop = RowLoop.bind(context.team(), domain, kernel, 4, gradients.rowsPerTask(), slots.toArray());
        return () -> gradients.run(loop);
    }
}
