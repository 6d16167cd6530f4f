package dev.tenon.models.decoder;

import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A model's parameters.
 *
 * @param embedding [vocabulary, width]
 * @param positions [contextLength, width] where positions are learned
 * @param output to logits; its weight is {@code embedding} where the file ties them
 */
record DecoderWeights(
        Tensor embedding, @Nullable Tensor positions, List<LayerWeights> layers, Norm outputNorm, Linear output) {}
