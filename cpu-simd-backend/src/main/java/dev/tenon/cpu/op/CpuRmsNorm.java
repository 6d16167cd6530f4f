package dev.tenon.cpu.op;

import static dev.tenon.cpu.op.RowSlots.at;

import dev.tenon.cpu.kernel.NormKernels;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.RowKernel;
import dev.tenon.cpu.plan.RowLoop;
import dev.tenon.op.RmsNorm;

final class CpuRmsNorm {
    private CpuRmsNorm() {}

    static Runnable bind(RmsNorm op, CpuContext context) {
        Domain domain = Domain.of(op.in().dtype());
        RowSlots slots = new RowSlots(op.in().shape());
        int in = slots.in(op.in());
        int out = slots.out(op.out());
        int residual = slots.in(op.residual());
        int sum = slots.out(op.sum());
        int weight = slots.shared(op.weight());
        int rstd = slots.statisticOut(op.rstd());
        float offset = op.weightOffset();
        float epsilon = op.epsilon();
        boolean vectors = domain == Domain.F32;
        RowKernel kernel = (rows, n, row) -> {
            long source = rows[in];
            if (residual >= 0 || sum >= 0) {
                long target = sum >= 0 ? rows[sum] : rows[out];
                NormKernels.sumRows(vectors, source, at(rows, residual), target, n);
                source = target;
            }
            if (vectors) {
                NormKernels.rmsNorm(source, at(rows, weight), offset, epsilon, rows[out], at(rows, rstd), n);
            } else {
                NormKernels.rmsNormF64(source, at(rows, weight), offset, epsilon, rows[out], at(rows, rstd), n);
            }
        };
        return RowLoop.bind(context.team(), domain, kernel, 2, slots.toArray());
    }
}
