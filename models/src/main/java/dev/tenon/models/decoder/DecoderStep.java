package dev.tenon.models.decoder;

import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.models.cache.PagedCache;
import dev.tenon.op.Activation;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Cast;
import dev.tenon.op.Epilogue;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.Gather;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.Matmul;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Rope;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The operators of one step of a segment, in order, over the first rows of the {@link StepBuffers}. They only read the host's inputs
 * from tensors, so that a captured step can be replayed with other tokens.
 */
final class DecoderStep {
    private final DecoderConfiguration configuration;
    private final SegmentWeights weights;
    private final Device device;
    private final PagedCache cache;
    private final StepBuffers buffers;
    private final StepConstants constants;

    DecoderStep(
            DecoderConfiguration configuration,
            SegmentWeights weights,
            PagedCache cache,
            StepBuffers buffers,
            StepConstants constants) {
        this.configuration = configuration;
        this.weights = weights;
        this.device = weights.device();
        this.cache = cache;
        this.buffers = buffers;
        this.constants = constants;
    }

    /** From token ids, or the residual stream before the segment's first layer, to that after its last. */
    void hidden(int batch, int queries) {
        int tokens = batch * queries;
        if (weights.embedding() != null) {
            embed(weights.embedding(), tokens);
        }
        for (int i = 0; i < weights.layers().size(); i++) {
            LayerWeights layer = weights.layers().get(i);
            attention(weights.firstLayer() + i, layer, batch, queries);
            feedForward(layer, tokens);
        }
    }

    /** From the residual stream of rows {@code from} to {@code to} to logits, in the logit buffer's first rows. */
    Tensor logits(int from, int to) {
        SegmentWeights.Head head = Objects.requireNonNull(weights.head(), "the model ends elsewhere");
        Tensor normed = buffers.normed.slice(0, from, to);
        norm(head.norm(), buffers.hidden.slice(0, from, to), normed);
        Tensor logits = buffers.logits.slice(0, 0, to - from);
        Linear output = head.output();
        float cap = configuration.logitSoftCap();
        if (cap == 0) {
            linear(output, normed, logits, Activation.NONE, null);
        } else {
            matmul(output, normed, logits, new Epilogue(1, output.bias(), Activation.NONE, null));
            // cap * tanh(logits / cap), Gemma 2.
            device.execute(new Binary(BinaryKind.DIVIDE, logits, constants.logitSoftCap(), logits));
            device.execute(new Unary(UnaryKind.TANH, logits, logits));
            device.execute(new Binary(BinaryKind.MULTIPLY, logits, constants.logitSoftCap(), logits));
        }
        return logits;
    }

    private void embed(SegmentWeights.Embedding embedding, int tokens) {
        Tensor hidden = buffers.hidden.slice(0, 0, tokens);
        gather(embedding.tokens(), buffers.ids.slice(0, 0, tokens), hidden);
        if (configuration.embeddingScale() != 1) {
            device.execute(new Binary(BinaryKind.MULTIPLY, hidden, constants.embeddingScale(), hidden));
        }
        Tensor table = embedding.positions();
        Tensor added = buffers.added;
        if (table != null && added != null) {
            Tensor positions = added.slice(0, 0, tokens);
            gather(table, buffers.positions.slice(0, 0, tokens), positions);
            device.execute(new Binary(BinaryKind.ADD, hidden, positions, hidden));
        }
    }

    private void gather(Tensor table, Tensor indices, Tensor out) {
        Tensor buffer = buffers.rows.get(table.dtype());
        if (buffer == null) {
            device.execute(new Gather(table, indices, out));
        } else {
            Tensor rows = buffer.slice(0, 0, out.size(0));
            device.execute(new Gather(table, indices, rows));
            device.execute(new Cast(rows, out));
        }
    }

    private void attention(int index, LayerWeights layer, int batch, int queries) {
        int tokens = batch * queries;
        Tensor normed = buffers.normed.slice(0, 0, tokens);
        norm(layer.attentionNorm(), buffers.hidden.slice(0, 0, tokens), normed);
        Tensor query = heads(buffers.query, layer.query(), normed, configuration.heads());
        Tensor key = heads(buffers.key, layer.key(), normed, configuration.keyHeads());
        Tensor value = heads(buffers.value, layer.value(), normed, configuration.keyHeads());
        if (layer.queryNorm() != null) {
            norm(layer.queryNorm(), query, query);
        }
        if (layer.keyNorm() != null) {
            norm(layer.keyNorm(), key, key);
        }
        Optional<StepConstants.Turn> turn = constants.turn(index);
        if (turn.isPresent()) {
            rope(turn.get(), query, batch, queries);
            rope(turn.get(), key, batch, queries);
        }
        Tensor slots = buffers.slots.slice(0, 0, tokens);
        device.execute(new CacheWrite(key, slots, cache.keySlots(index)));
        device.execute(new CacheWrite(value, slots, cache.valueSlots(index)));
        Tensor attended = buffers.attended.slice(0, 0, tokens);
        Tensor out = attended.reshape(batch, queries, configuration.heads(), configuration.valueSize());
        device.execute(new PagedAttention(
                query.split(0, batch, queries).permute(0, 2, 1, 3),
                cache.keyPages(index),
                cache.valuePages(index),
                buffers.pageTable.slice(0, 0, batch),
                buffers.lengths.slice(0, 0, batch),
                new AttentionParameters(
                        configuration.attentionScale(),
                        true,
                        configuration.window(index),
                        configuration.attentionSoftCap()),
                out.permute(0, 2, 1, 3),
                null));
        add(layer.attentionOutput(), attended, layer.attentionPostNorm());
    }

    private Tensor heads(Tensor buffer, Linear map, Tensor in, int heads) {
        Tensor out = buffer.slice(0, 0, in.size(0));
        linear(map, in, out, Activation.NONE, null);
        return out.split(1, heads, out.size(1) / heads);
    }

    private void rope(StepConstants.Turn turn, Tensor heads, int batch, int queries) {
        Tensor rows = heads.split(0, batch, queries);
        Tensor positions = buffers.positions.slice(0, 0, (long) batch * queries).split(0, batch, queries);
        device.execute(new Rope(
                rows,
                positions,
                turn.frequencies(),
                configuration.architecture().pairing(),
                turn.magnitude(),
                false,
                rows));
    }

    private void feedForward(LayerWeights layer, int tokens) {
        Tensor normed = buffers.normed.slice(0, 0, tokens);
        norm(layer.feedForwardNorm(), buffers.hidden.slice(0, 0, tokens), normed);
        Tensor up = buffers.up.slice(0, 0, tokens);
        Activation activation = configuration.architecture().activation();
        Linear gate = layer.gate();
        if (gate == null) {
            linear(layer.up(), normed, up, activation, null);
        } else {
            Tensor gated = buffers.gate.slice(0, 0, tokens);
            linear(gate, normed, gated, Activation.NONE, null);
            linear(layer.up(), normed, up, Activation.NONE, null);
            device.execute(new GatedActivation(activation, gated, up, up));
        }
        add(layer.down(), up, layer.feedForwardPostNorm());
    }

    /** Adds a map of {@code in}, normalized where the family does that, to the residual stream. */
    private void add(Linear map, Tensor in, @Nullable Norm postNorm) {
        Tensor hidden = buffers.hidden.slice(0, 0, in.size(0));
        if (postNorm == null || buffers.added == null) {
            linear(map, in, hidden, Activation.NONE, hidden);
        } else {
            Tensor added = buffers.added.slice(0, 0, in.size(0));
            linear(map, in, added, Activation.NONE, null);
            norm(postNorm, added, added);
            device.execute(new Binary(BinaryKind.ADD, hidden, added, hidden));
        }
    }

    private void norm(Norm norm, Tensor in, Tensor out) {
        float epsilon = configuration.epsilon();
        if (configuration.architecture().isGpt2()) {
            device.execute(new LayerNorm(in, norm.weight(), norm.bias(), epsilon, out, null, null));
        } else {
            device.execute(new RmsNorm(in, null, norm.weight(), 0, epsilon, out, null, null));
        }
    }

    private void linear(Linear map, Tensor in, Tensor out, Activation activation, @Nullable Tensor residual) {
        matmul(map, in, out, new Epilogue(1, map.bias(), activation, residual));
    }

    private void matmul(Linear map, Tensor in, Tensor out, Epilogue epilogue) {
        device.execute(new Matmul(in, map.weight().transpose(), epilogue, out));
    }
}
