package dev.tenon.models.decoder;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Finds a decoder's parameters by GGUF's names for them. */
final class GgufWeights {
    private final WeightLoader loader;
    private final DecoderConfiguration configuration;

    GgufWeights(WeightLoader loader, DecoderConfiguration configuration) {
        this.loader = loader;
        this.configuration = configuration;
    }

    DecoderWeights load() {
        int width = configuration.width();
        int vocabulary = configuration.vocabulary();
        boolean learned = configuration.rope().isEmpty();
        Tensor embedding = loader.matrix("token_embd.weight", vocabulary, width);
        Tensor positions = learned ? loader.matrix("position_embd.weight", configuration.contextLength(), width) : null;
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = 0; i < configuration.layers(); i++) {
            layers.add(layer("blk." + i + "."));
        }
        Norm outputNorm = loader.norm("output_norm", width);
        Linear output =
                loader.has("output.weight") ? loader.linear("output", vocabulary, width) : new Linear(embedding, null);
        return new DecoderWeights(embedding, positions, List.copyOf(layers), outputNorm, output);
    }

    private LayerWeights layer(String prefix) {
        Architecture architecture = configuration.architecture();
        int width = configuration.width();
        int feedForward = configuration.feedForward();
        long queries = (long) configuration.heads() * configuration.keySize();
        long keys = (long) configuration.keyHeads() * configuration.keySize();
        long values = (long) configuration.keyHeads() * configuration.valueSize();
        Linear query;
        Linear key;
        Linear value;
        if (loader.has(prefix + "attn_qkv.weight")) {
            Linear fused = loader.linear(prefix + "attn_qkv", queries + keys + values, width);
            query = fused.rows(0, queries);
            key = fused.rows(queries, queries + keys);
            value = fused.rows(queries + keys, queries + keys + values);
        } else {
            query = loader.linear(prefix + "attn_q", queries, width);
            key = loader.linear(prefix + "attn_k", keys, width);
            value = loader.linear(prefix + "attn_v", values, width);
        }
        boolean headNorms = architecture.hasHeadNorms();
        boolean postNorms = architecture.hasPostNorms();
        Linear gate = null;
        Linear up;
        if (architecture.isGpt2()) {
            up = loader.linear(prefix + "ffn_up", feedForward, width);
        } else if (loader.has(prefix + "ffn_gate.weight")) {
            gate = loader.linear(prefix + "ffn_gate", feedForward, width);
            up = loader.linear(prefix + "ffn_up", feedForward, width);
        } else {
            Linear fused = loader.linear(prefix + "ffn_up", 2L * feedForward, width);
            gate = fused.rows(0, feedForward);
            up = fused.rows(feedForward, 2L * feedForward);
        }
        return new LayerWeights(
                loader.norm(prefix + "attn_norm", width),
                query,
                key,
                value,
                headNorms ? loader.norm(prefix + "attn_q_norm", configuration.keySize()) : null,
                headNorms ? loader.norm(prefix + "attn_k_norm", configuration.keySize()) : null,
                loader.linear(prefix + "attn_output", width, (long) configuration.heads() * configuration.valueSize()),
                postNorms ? loader.norm(prefix + "post_attention_norm", width) : null,
                loader.norm(prefix + "ffn_norm", width),
                gate,
                up,
                loader.linear(prefix + "ffn_down", width, feedForward),
                postNorms ? loader.norm(prefix + "post_ffw_norm", width) : null);
    }
}
