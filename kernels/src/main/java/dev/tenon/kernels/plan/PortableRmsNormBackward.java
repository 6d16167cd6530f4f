package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.RmsNormBackward;

final class PortableRmsNormBackward {
    private PortableRmsNormBackward() {}

    static void bind(RmsNormBackward op, Work work) {
        // First, since gradIn may lie on gradOut.
        NormWeights.bind(op.gradOut(), op.sum(), null, op.rstd(), op.gradWeight(), null, work);
        int group = work.device().rowGroup();
        Tensor sum = op.sum();
        Tensor gradSum = Rows.orElse(op.gradSum(), sum);
        Loop rows = Rows.over(sum.shape(), op.gradOut(), sum, op.rstd(), gradSum, op.gradIn());
        work.launch(
                        "rms_norm",
                        "rms_norm_backward",
                        "TYPE=" + sum.dtype() + " WEIGHT=" + PortableLayerNorm.weightType(op.weight(), null, sum)
                                + " GROUP=" + group + " OPERANDS=5 BACKWARD" + Rows.define(op.weight(), "HAS_WEIGHT")
                                + Rows.define(op.gradSum(), "HAS_GRAD_SUM"))
                .storage(op.gradOut())
                .storage(sum)
                .storage(Rows.orElse(op.weight(), sum))
                .storage(op.rstd())
                .storage(gradSum)
                .storage(op.gradIn())
                .loop(rows)
                .value(sum.size(-1))
                .value(Rows.step(op.gradOut()))
                .value(Rows.step(sum))
                .value(Rows.step(gradSum))
                .value(Rows.step(op.gradIn()))
                .value(Rows.base(op.weight()))
                .value(Rows.stepOf(op.weight()))
                .value(op.weightOffset())
                .groups(rows.count(), group);
    }
}
