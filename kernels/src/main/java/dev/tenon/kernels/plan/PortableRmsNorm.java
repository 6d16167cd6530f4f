package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.RmsNorm;

final class PortableRmsNorm {
    /** The bits of rms_norm.c for operands that may be absent. */
    static final int WEIGHTS = 2;

    private static final int RESIDUAL = 4;
    private static final int SUM = 8;
    private static final int RSTD = 16;

    private PortableRmsNorm() {}

    static void bind(RmsNorm op, Work work) {
        Tensor in = op.in();
        Tensor residual = Rows.orElse(op.residual(), in);
        Tensor sum = Rows.orElse(op.sum(), op.out());
        Tensor rstd = Rows.orElse(op.rstd(), in);
        Loop rows = Rows.over(in.shape(), in, residual, op.out(), sum, rstd);
        RowForm form = RowForm.of(work, in.dtype(), in.size(-1))
                .rows(rows, 0, in)
                .rows(rows, 2, op.out())
                .vector(op.weight(), WEIGHTS)
                .rows(rows, 1, op.residual(), RESIDUAL)
                .rows(rows, 3, op.sum(), SUM)
                .has(op.rstd(), RSTD);
        work.launch(
                        "rms_norm",
                        "rms_norm",
                        "TYPE=" + in.dtype() + " WEIGHT=" + PortableLayerNorm.weightType(op.weight(), null, in)
                                + form.defines() + " OPERANDS=5")
                .storage(in)
                .storage(residual)
                .storage(Rows.orElse(op.weight(), in))
                .storage(op.out())
                .storage(sum)
                .storage(rstd)
                .loop(rows)
                .value(in.size(-1))
                .value(Rows.step(in))
                .value(Rows.step(residual))
                .value(Rows.step(op.out()))
                .value(Rows.step(sum))
                .value(Rows.base(op.weight()))
                .value(Rows.stepOf(op.weight()))
                .value(op.weightOffset())
                .value(op.epsilon())
                .value(form.argument())
                .groups(rows.count(), form.items());
    }
}
