package dev.tenon.models.decoder;

import dev.tenon.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A norm's parameters.
 *
 * @param weight [n], F32
 * @param bias [n], F32: a layer norm's; absent: an RMS norm
 */
record Norm(Tensor weight, @Nullable Tensor bias) {}
