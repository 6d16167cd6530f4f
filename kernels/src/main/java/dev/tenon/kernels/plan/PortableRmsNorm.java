package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.RmsNorm;

final class PortableRmsNorm {
    private PortableRmsNorm() {}

    static void bind(RmsNorm op, Work work) {
        int group = work.device().rowGroup();
        Tensor in = op.in();
        Tensor residual = Rows.orElse(op.residual(), in);
        Tensor sum = Rows.orElse(op.sum(), op.out());
        Tensor rstd = Rows.orElse(op.rstd(), in);
        Loop rows = Rows.over(in.shape(), in, residual, op.out(), sum, rstd);
        work.launch(
                        "rms_norm",
                        "rms_norm",
                        "TYPE=" + in.dtype() + " WEIGHT=" + PortableLayerNorm.weightType(op.weight(), null, in)
                                + " GROUP=" + group + " OPERANDS=5" + Rows.define(op.weight(), "HAS_WEIGHT")
                                + Rows.define(op.residual(), "HAS_RESIDUAL") + Rows.define(op.sum(), "HAS_SUM")
                                + Rows.define(op.rstd(), "HAS_RSTD"))
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
                .groups(rows.count(), group);
    }
}
