package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import org.jspecify.annotations.Nullable;

/** The gradients of a normalization's weight and bias. */
final class NormWeights {
    private static final int MOST_COLUMNS = 32;

    private NormWeights() {}

    /** @param mean absent where the normalization does not centre */
    static void bind(
            Tensor gradOut,
            Tensor in,
            @Nullable Tensor mean,
            Tensor rstd,
            @Nullable Tensor gradWeight,
            @Nullable Tensor gradBias,
            Work work) {
        if (gradWeight == null && gradBias == null) {
            return;
        }
        int group = work.device().reduceGroup();
        int columns = Math.min(MOST_COLUMNS, group);
        Tensor means = Rows.orElse(mean, rstd);
        Loop rows = Rows.over(in.shape(), gradOut, in, means, rstd);
        work.launch(
                        "norm_weights",
                        "norm_weights",
                        "TYPE=" + in.dtype() + " WEIGHT=" + PortableLayerNorm.weightType(gradWeight, gradBias, in)
                                + " BIAS=" + PortableLayerNorm.weightType(gradBias, gradWeight, in) + " GROUP=" + group
                                + " COLUMNS=" + columns + " OPERANDS=4" + Rows.define(mean, "CENTRED")
                                + Rows.define(gradWeight, "HAS_WEIGHT") + Rows.define(gradBias, "HAS_BIAS"))
                .storage(gradOut)
                .storage(in)
                .storage(means)
                .storage(rstd)
                .storage(Rows.orElse(gradWeight, rstd))
                .storage(Rows.orElse(gradBias, rstd))
                .loop(rows)
                .value(in.size(-1))
                .value(Rows.step(gradOut))
                .value(Rows.step(in))
                .value(Rows.base(gradWeight))
                .value(Rows.stepOf(gradWeight))
                .value(Rows.base(gradBias))
                .value(Rows.stepOf(gradBias))
                .groups(Math.ceilDiv(in.size(-1), (long) columns), group);
    }
}
