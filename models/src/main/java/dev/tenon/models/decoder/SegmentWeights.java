package dev.tenon.models.decoder;

import dev.tenon.Device;
import dev.tenon.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of a run of layers that lie on one device.
 *
 * @param firstLayer the first layer's number in the model
 * @param embedding where the model begins
 * @param layers may be none
 * @param head where the model ends
 */
record SegmentWeights(
        Device device,
        int firstLayer,
        @Nullable Embedding embedding,
        List<LayerWeights> layers,
        @Nullable Head head) {
    /**
     * What makes the residual stream of tokens.
     *
     * @param tokens [vocabulary, width]
     * @param positions [contextLength, width] where positions are learned
     */
    record Embedding(Tensor tokens, @Nullable Tensor positions) {}

    /**
     * What makes logits of the residual stream.
     *
     * @param output its weight is the token embedding where the file ties them
     */
    record Head(Norm norm, Linear output) {}
}
