package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.LayerNorm;
import org.jspecify.annotations.Nullable;

final class PortableLayerNorm {
    /** The bits of layer_norm.c for operands that may be absent. */
    static final int WEIGHTS = 2;

    private static final int BIASES = 4;
    private static final int MEAN = 8;
    private static final int RSTD = 16;

    private PortableLayerNorm() {}

    static void bind(LayerNorm op, Work work) {
        Tensor in = op.in();
        Tensor mean = Rows.orElse(op.mean(), Rows.orElse(op.rstd(), in));
        Tensor rstd = Rows.orElse(op.rstd(), mean);
        Loop rows = Rows.over(in.shape(), in, op.out(), mean, rstd);
        RowForm form = RowForm.of(work, in.dtype(), in.size(-1))
                .rows(rows, 0, in)
                .rows(rows, 1, op.out())
                .vector(op.weight(), WEIGHTS)
                .vector(op.bias(), BIASES)
                .has(op.mean(), MEAN)
                .has(op.rstd(), RSTD);
        DType weightType = weightType(op.weight(), op.bias(), in);
        work.launch(
                        "layer_norm",
                        "layer_norm",
                        "TYPE=" + in.dtype() + " WEIGHT=" + weightType + " BIAS="
                                + weightType(op.bias(), op.weight(), in) + form.defines() + " OPERANDS=4")
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
                .value(form.argument())
                .groups(rows.count(), form.items());
    }

    /** The type of the first that is there. */
    static DType weightType(@Nullable Tensor weight, @Nullable Tensor other, Tensor in) {
        return weight != null ? weight.dtype() : other != null ? other.dtype() : in.dtype();
    }
}
