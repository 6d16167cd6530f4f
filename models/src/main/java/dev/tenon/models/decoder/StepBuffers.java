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
    /** Embeddings of a table in half precision, [tokens, width]. */
    final @Nullable Tensor half;
    /** [logitRows, vocabulary]. */
    final Tensor logits;

    StepBuffers(Device device, Decoder decoder, int tokens, int batch, int pages, int logitRows) {
        this.device = device;
        DecoderConfiguration c = decoder.configuration();
        try {
            ids = make(DType.I32, tokens);
            positions = make(DType.I32, tokens);
            slots = make(DType.I32, tokens);
            lengths = make(DType.I32, batch);
            pageTable = make(DType.I32, batch, pages);
            hidden = make(DType.F32, tokens, c.width());
            normed = make(DType.F32, tokens, c.width());
            query = make(DType.F32, tokens, (long) c.heads() * c.keySize());
            key = make(DType.F32, tokens, (long) c.keyHeads() * c.keySize());
            value = make(DType.F32, tokens, (long) c.keyHeads() * c.valueSize());
            attended = make(DType.F32, tokens, (long) c.heads() * c.valueSize());
            gate = make(DType.F32, tokens, c.feedForward());
            up = make(DType.F32, tokens, c.feedForward());
            boolean adds = c.architecture().hasPostNorms() || c.rope().isEmpty();
            added = adds ? make(DType.F32, tokens, c.width()) : null;
            DType table = decoder.weights().embedding().dtype();
            boolean isHalf = table == DType.F16 || table == DType.BF16;
            half = isHalf ? make(table, tokens, c.width()) : null;
            logits = make(DType.F32, logitRows, c.vocabulary());
        } catch (RuntimeException e) {
            close();
            throw e;
        }
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
