package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.LayerNormBackward;

final class PortableLayerNormBackward {
    private PortableLayerNormBackward() {}

    static void bind(LayerNormBackward op, Work work) {
        // First, since gradIn may lie on gradOut.
        NormWeights.bind(op.gradOut(), op.in(), op.mean(), op.rstd(), op.gradWeight(), op.gradBias(), work);
        Tensor in = op.in();
        Loop rows = Rows.over(in.shape(), op.gradOut(), in, op.mean(), op.rstd(), op.gradIn());
        RowForm form = RowForm.of(work, in.dtype(), in.size(-1))
                .rows(rows, 0, op.gradOut())
                .rows(rows, 1, in)
                .rows(rows, 4, op.gradIn())
                .vector(op.weight(), PortableLayerNorm.WEIGHTS);
        work.launch(
                        "layer_norm",
                        "layer_norm_backward",
                        "TYPE=" + in.dtype() + " WEIGHT=" + PortableLayerNorm.weightType(op.weight(), null, in)
                                + form.defines() + " OPERANDS=5")
                .storage(op.gradOut())
                .storage(in)
                .storage(Rows.orElse(op.weight(), in))
                .storage(op.mean())
                .storage(op.rstd())
                .storage(op.gradIn())
                .loop(rows)
                .value(in.size(-1))
                .value(Rows.step(op.gradOut()))
                .value(Rows.step(in))
                .value(Rows.step(op.gradIn()))
                .value(Rows.base(op.weight()))
                .value(Rows.stepOf(op.weight()))
                .value(form.argument())
                .groups(rows.count(), form.items());
    }
}
