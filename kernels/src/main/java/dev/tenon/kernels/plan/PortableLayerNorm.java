package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.LayerNorm;
import org.jspecify.annotations.Nullable;

final class PortableLayerNorm {
    private PortableLayerNorm() {}

    static void bind(LayerNorm op, Work work) {
        int group = work.device().rowGroup();
        Tensor in = op.in();
        Tensor mean = Rows.orElse(op.mean(), Rows.orElse(op.rstd(), in));
        Tensor rstd = Rows.orElse(op.rstd(), mean);
        Loop rows = Rows.over(in.shape(), in, op.out(), mean, rstd);
        DType weightType = weightType(op.weight(), op.bias(), in);
        work.launch(
                        "layer_norm",
                        "layer_norm",
                        "TYPE=" + in.dtype() + " WEIGHT=" + weightType + " BIAS="
                                + weightType(op.bias(), op.weight(), in) + " GROUP=" + group + " OPERANDS=4"
                                + Rows.define(op.weight(), "HAS_WEIGHT") + Rows.define(op.bias(), "HAS_BIAS")
                                + Rows.define(op.mean(), "HAS_MEAN") + Rows.define(op.rstd(), "HAS_RSTD"))
                .storage(in)
                .storage(Rows.orElse(op.weight(), in))
                .storage(Rows.orElse(op.bias(), in))
                .storage(op.out())
                .storage(mean)
                .storage(rstd)
                .loop(rows)
                .value(in.size(-1))
                .value(Rows.step(in))
                .value(Rows.step(op.out()))
                .value(Rows.base(op.weight()))
                .value(Rows.stepOf(op.weight()))
                .value(Rows.base(op.bias()))
                .value(Rows.stepOf(op.bias()))
                .value(op.epsilon())
                .groups(rows.count(), group);
    }

    /** The type of the first that is there. */
    static DType weightType(@Nullable Tensor weight, @Nullable Tensor other, Tensor in) {
        return weight != null ? weight.dtype() : other != null ? other.dtype() : in.dtype();
    }
}
