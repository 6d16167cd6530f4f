package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The tensors that a step reads and writes, made once for the largest step. A step of {@code batch} rows of {@code
 * queries} tokens uses the first {@code batch * queries} rows of each.
 */
final class StepBuffers implements AutoCloseable {
    private final Device device;
    private final List<Tensor> made = new ArrayList<>();

    /** Written by the host before each step. [tokens], I32. */
    final Tensor ids;

    final Tensor positions;
    final Tensor slots;
    /** [batch], I32. */
    final Tensor lengths;
    /** [batch, pages], I32. */
    final Tensor pageTable;

    /** The residual stream, [tokens, width]. */
    final Tensor hidden;

    final Tensor normed;
    /** [tokens, heads * size]. */
    final Tensor query;

    final Tensor key;
    final Tensor value;
    final Tensor attended;
    /** [tokens, feedForward]. */
    final Tensor gate;

    final Tensor up;
    /** What a sublayer adds, where it is normalized first, and learned positions: [tokens, width]. */
    final @Nullable Tensor added;
    /** Rows as the segment's plain tables have them, [tokens, width], by types that are not the activations'. */
    final Map<DType, Tensor> rows = new EnumMap<>(DType.class);
    /** [logitRows, vocabulary]. */
    final Tensor logits;

    /** What the segment does not use has no rows. */
    StepBuffers(DecoderConfiguration c, SegmentWeights weights, SessionSizes sizes) {
        this.device = weights.device();
        int tokens = sizes.tokens();
        int batch = sizes.batch();
        SegmentWeights.Embedding embedding = weights.embedding();
        DType type = sizes.activations();
        int inner = weights.layers().isEmpty() ? 0 : tokens;
        try {
            ids = make(DType.I32, tokens);
            positions = make(DType.I32, tokens);
            slots = make(DType.I32, tokens);
            lengths = make(DType.I32, batch);
            pageTable = make(DType.I32, batch, sizes.pages());
            hidden = make(type, tokens, c.width());
            normed = make(type, tokens, c.width());
            query = make(type, inner, (long) c.heads() * c.keySize());
            key = make(type, inner, (long) c.keyHeads() * c.keySize());
            value = make(type, inner, (long) c.keyHeads() * c.valueSize());
            attended = make(type, inner, (long) c.heads() * c.valueSize());
            gate = make(type, inner, c.feedForward());
            up = make(type, inner, c.feedForward());
            added = adds(c) ? make(type, tokens, c.width()) : null;
            if (embedding != null) {
                rows(embedding.tokens(), c, sizes);
                rows(embedding.positions(), c, sizes);
            }
            logits = make(DType.F32, weights.head() == null ? 0 : sizes.logitRows(), c.vocabulary());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static boolean adds(DecoderConfiguration c) {
        return c.architecture().hasPostNorms() || c.rope().isEmpty();
    }

    private void rows(@Nullable Tensor table, DecoderConfiguration c, SessionSizes sizes) {
        if (table != null && isCast(table.dtype(), sizes)) {
            rows.computeIfAbsent(table.dtype(), type -> make(type, sizes.tokens(), c.width()));
        }
    }

    /** Whether a table's rows are looked up in its own type: those of a quantized one come in any. */
    private static boolean isCast(DType table, SessionSizes sizes) {
        return !table.isQuantized() && table != sizes.activations();
    }

    /**
     * What a segment's buffers take, before its weights are there.
     *
     * @param embedding the table's type where the segment has it
     */
    static long bytes(
            DecoderConfiguration c, SessionSizes sizes, @Nullable DType embedding, boolean layers, boolean head) {
        long tokens = sizes.tokens();
        long rows = (long) c.heads() * (c.keySize() + c.valueSize())
                + (long) c.keyHeads() * (c.keySize() + c.valueSize())
                + 2L * c.feedForward();
        long integers = 3 * tokens + sizes.batch() * (1L + sizes.pages());
        long activations = tokens * (adds(c) ? 3L : 2L) * c.width() + (layers ? tokens * rows : 0);
        long logits = head ? (long) sizes.logitRows() * c.vocabulary() : 0;
        long bytes = DType.I32.bytes(integers) + sizes.activations().bytes(activations) + DType.F32.bytes(logits);
        if (embedding != null && isCast(embedding, sizes)) {
            bytes += embedding.bytes(tokens * c.width());
        }
        // Learned positions are F32, or of the tokens' type.
        if (embedding != null && embedding != DType.F32 && c.rope().isEmpty() && isCast(DType.F32, sizes)) {
            bytes += DType.F32.bytes(tokens * c.width());
        }
        return bytes;
    }

    private Tensor make(DType type, long... sizes) {
        Tensor tensor = Tensor.empty(device, type, sizes);
        made.add(tensor);
        return tensor;
    }

    @Override
    public void close() {
        made.forEach(Tensor::close);
    }
}
