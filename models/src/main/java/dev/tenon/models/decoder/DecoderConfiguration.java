package dev.tenon.models.decoder;

import java.util.List;
import java.util.Optional;

/**
 * What a model's file says about its shape. Checked: all counts are positive and fit each other.
 *
 * @param layers blocks of attention and feed-forward network
 * @param width elements of the residual stream
 * @param heads query heads
 * @param keyHeads key and value heads, a divisor of {@code heads}
 * @param keySize elements of a query or key head
 * @param valueSize elements of a value head
 * @param feedForward width of the feed-forward network
 * @param vocabulary rows of the embedding table
 * @param contextLength positions that the model was made for
 * @param epsilon of every norm
 * @param embeddingScale multiplies token embeddings
 * @param attentionScale multiplies attention scores
 * @param attentionSoftCap 0: none
 * @param logitSoftCap 0: none
 * @param rope of layers that see everything; absent: positions are learned
 * @param localRope of the layers with a window
 * @param window positions that a layer with a window sees, its own included; 0: no layer has one
 * @param local for each layer, whether it has the window
 */
public record DecoderConfiguration(
        Architecture architecture,
        int layers,
        int width,
        int heads,
        int keyHeads,
        int keySize,
        int valueSize,
        int feedForward,
        int vocabulary,
        int contextLength,
        float epsilon,
        float embeddingScale,
        float attentionScale,
        float attentionSoftCap,
        float logitSoftCap,
        Optional<RopeConfiguration> rope,
        Optional<RopeConfiguration> localRope,
        int window,
        List<Boolean> local) {
    public DecoderConfiguration {
        local = List.copyOf(local);
    }

    /** How many positions a layer sees; 0: all. */
    int window(int layer) {
        return local.get(layer) ? window : 0;
    }

    /** A layer's rotary embedding. */
    Optional<RopeConfiguration> rope(int layer) {
        return local.get(layer) ? localRope : rope;
    }
}
