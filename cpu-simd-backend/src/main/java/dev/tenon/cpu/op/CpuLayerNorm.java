package dev.tenon.cpu.op;

import static dev.tenon.cpu.op.RowSlots.at;

import dev.tenon.cpu.kernel.LayerNormKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.op.LayerNorm;

final class CpuLayerNorm {
    private CpuLayerNorm() {}

    static Runnable bind(LayerNorm op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        RowSlots slots = new RowSlots(op.in().shape());
        int in = slots.in(op.in());
        int out = slots.out(op.out());
        int weight = slots.shared(op.weight());
        int bias = slots.shared(op.bias());
        int mean = slots.statisticOut(op.mean());
        int rstd = slots.statisticOut(op.rstd());
        float epsilon = op.epsilon();
        boolean vectors = domain == Domain.F32;
        RowKernel kernel = (rows, n, row) -> {
            if (vectors) {
                LayerNormKernels.floats(
                        rows[in],
                        at(rows, weight),
                        at(rows, bias),
                        epsilon,
                        rows[out],
                        at(rows, mean),
                        at(rows, rstd),
                        n);
            } else {
                LayerNormKernels.doubles(
                        rows[in],
                        at(rows, weight),
                        at(rows, bias),
                        epsilon,
                        rows[out],
                        at(rows, mean),
                        at(rows, rstd),
                        n);
            }
        };
        return RowLoop.bind(context.team(), domain, kernel, 3, slots.toArray());
    }
}
