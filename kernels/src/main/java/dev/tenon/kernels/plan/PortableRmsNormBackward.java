package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.RmsNormBackward;

final class PortableRmsNormBackward {
    private static final int GRAD_SUM = 4;

    private PortableRmsNormBackward() {}

    static void bind(RmsNormBackward op, Work work) {
        // First, since gradIn may lie on gradOut.
        NormWeights.bind(op.gradOut(), op.sum(), null, op.rstd(), op.gradWeight(), null, work);
        Tensor sum = op.sum();
        Tensor gradSum = Rows.orElse(op.gradSum(), sum);
        Loop rows = Rows.over(sum.shape(), op.gradOut(), sum, op.rstd(), gradSum, op.gradIn());
        RowForm form = RowForm.of(work, sum.dtype(), sum.size(-1))
                .rows(rows, 0, op.gradOut())
                .rows(rows, 1, sum)
                .rows(rows, 4, op.gradIn())
                .vector(op.weight(), PortableRmsNorm.WEIGHTS)
                .rows(rows, 3, op.gradSum(), GRAD_SUM);
        work.launch(
                        "rms_norm",
                        "rms_norm_backward",
                        "TYPE=" + sum.dtype() + " WEIGHT=" + PortableLayerNorm.weightType(op.weight(), null, sum)
                                + form.defines() + " OPERANDS=5 BACKWARD")
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
                .value(form.argument())
                .groups(rows.count(), form.items());
    }
}
