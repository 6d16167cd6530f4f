package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;
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
    /** Embeddings of a table in half precision, [tokens, width], where the segment has it. */
    final @Nullable Tensor half;
    /** [logitRows, vocabulary]. */
    final Tensor logits;

    /** What the segment does not use has no rows. */
    StepBuffers(DecoderConfiguration c, SegmentWeights weights, SessionSizes sizes) {
        this.device = weights.device();
        int tokens = sizes.tokens();
        int batch = sizes.batch();
        SegmentWeights.Embedding embedding = weights.embedding();
        int inner = weights.layers().isEmpty() ? 0 : tokens;
        try {
            ids = make(DType.I32, tokens);
            positions = make(DType.I32, tokens);
            slots = make(DType.I32, tokens);
            lengths = make(DType.I32, batch);
            pageTable = make(DType.I32, batch, sizes.pages());
            hidden = make(DType.F32, tokens, c.width());
            normed = make(DType.F32, tokens, c.width());
            query = make(DType.F32, inner, (long) c.heads() * c.keySize());
            key = make(DType.F32, inner, (long) c.keyHeads() * c.keySize());
            value = make(DType.F32, inner, (long) c.keyHeads() * c.valueSize());
            attended = make(DType.F32, inner, (long) c.heads() * c.valueSize());
            gate = make(DType.F32, inner, c.feedForward());
            up = make(DType.F32, inner, c.feedForward());
            added = adds(c) ? make(DType.F32, tokens, c.width()) : null;
            half = embedding != null && isHalf(embedding.tokens().dtype())
                    ? make(embedding.tokens().dtype(), tokens, c.width())
                    : null;
            logits = make(DType.F32, weights.head() == null ? 0 : sizes.logitRows(), c.vocabulary());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private static boolean adds(DecoderConfiguration c) {
        return c.architecture().hasPostNorms() || c.rope().isEmpty();
    }

    private static boolean isHalf(DType table) {
        return table == DType.F16 || table == DType.BF16;
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
        long elements = tokens * (3 + (adds(c) ? 3L : 2L) * c.width())
                + sizes.batch() * (1L + sizes.pages())
                + (layers ? tokens * rows : 0)
                + (head ? (long) sizes.logitRows() * c.vocabulary() : 0);
        return DType.F32.bytes(elements)
                + (embedding != null && isHalf(embedding) ? embedding.bytes(tokens * c.width()) : 0);
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
