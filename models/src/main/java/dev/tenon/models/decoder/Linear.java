package dev.tenon.models.decoder;

import dev.tenon.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A linear map's parameters.
 *
 * @param weight [out, in]
 * @param bias [out], F32; may be absent
 */
record Linear(Tensor weight, @Nullable Tensor bias) {
    /** Rows {@code from} to {@code to}: a part of a fused map, without a copy. */
    Linear rows(long from, long to) {
        return new Linear(weight.slice(0, from, to), bias == null ? null : bias.slice(0, from, to));
    }
}
