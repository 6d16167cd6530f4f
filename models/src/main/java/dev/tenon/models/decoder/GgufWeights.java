package dev.tenon.models.decoder;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/** Finds a decoder's parameters by GGUF's names for them. */
final class GgufWeights {
    static final String EMBEDDING = "token_embd.weight";
    static final String POSITIONS = "position_embd.weight";
    static final String OUTPUT_NORM = "output_norm";
    static final String OUTPUT = "output";

    private final WeightLoader loader;
    private final DecoderConfiguration configuration;

    GgufWeights(WeightLoader loader, DecoderConfiguration configuration) {
        this.loader = loader;
        this.configuration = configuration;
    }

    static String layerPrefix(int layer) {
        return "blk." + layer + ".";
    }

    /** A plan's segment, all of it on the loader's device. */
    SegmentWeights segment(DevicePlan.Segment segment, boolean begins, boolean ends) {
        List<LayerWeights> layers = new ArrayList<>();
        for (int i = segment.from(); i < segment.to(); i++) {
            layers.add(layer(layerPrefix(i)));
        }
        return new SegmentWeights(
                segment.device(),
                segment.from(),
                begins ? embedding() : null,
                List.copyOf(layers),
                ends ? head() : null);
    }

    private Tensor tokens() {
        return loader.matrix(EMBEDDING, configuration.vocabulary(), configuration.width());
    }

    private SegmentWeights.Embedding embedding() {
        boolean learned = configuration.rope().isEmpty();
        return new SegmentWeights.Embedding(
                tokens(),
                learned ? loader.matrix(POSITIONS, configuration.contextLength(), configuration.width()) : null);
    }

    private SegmentWeights.Head head() {
        int width = configuration.width();
        Norm norm = loader.norm(OUTPUT_NORM, width);
        Linear output = loader.has(OUTPUT + ".weight")
                ? loader.linear(OUTPUT, configuration.vocabulary(), width)
                : new Linear(tokens(), null);
        return new SegmentWeights.Head(norm, output);
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
