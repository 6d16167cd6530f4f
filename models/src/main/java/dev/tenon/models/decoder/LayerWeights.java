package dev.tenon.models.decoder;

import org.jspecify.annotations.Nullable;

/**
 * One block's parameters; what its family lacks is absent.
 *
 * @param queryNorm over each query head
 * @param keyNorm over each key head
 * @param attentionPostNorm over what attention adds to the residual stream
 * @param gate of a gated feed-forward network
 * @param feedForwardPostNorm over what the feed-forward network adds
 */
record LayerWeights(
        Norm attentionNorm,
        Linear query,
        Linear key,
        Linear value,
        @Nullable Norm queryNorm,
        @Nullable Norm keyNorm,
        Linear attentionOutput,
        @Nullable Norm attentionPostNorm,
        Norm feedForwardNorm,
        @Nullable Linear gate,
        Linear up,
        Linear down,
        @Nullable Norm feedForwardPostNorm) {}
