package dev.tenon.models.decoder;

import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.cache.PagedCache;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A session's part on one device: the tensors of its steps, and a captured step for every number of sequences. */
final class SessionSegment implements AutoCloseable {
    private final SegmentWeights weights;
    private final Device device;
    private final boolean learnedPositions;
    private final int pages;
    private final StepBuffers buffers;
    private final StepConstants constants;
    private final DecoderStep step;
    private final Map<Integer, Graph> graphs = new HashMap<>();

    /** @throws dev.tenon.error.OutOfDeviceMemoryException if the tensors do not fit; nothing stays allocated */
    SessionSegment(DecoderConfiguration configuration, SegmentWeights weights, PagedCache cache, SessionSizes sizes) {
        this.weights = weights;
        this.device = weights.device();
        this.learnedPositions = configuration.rope().isEmpty();
        this.pages = sizes.pages();
        buffers = Scope.outside(() -> new StepBuffers(configuration, weights, sizes));
        try {
            constants = Scope.outside(() -> new StepConstants(device, configuration, sizes));
        } catch (RuntimeException e) {
            buffers.close();
            throw e;
        }
        step = new DecoderStep(configuration, weights, cache, buffers, constants);
    }

    /** Sets what the next step reads from the host: {@code queries} tokens more of each sequence. */
    void write(List<CacheSequence> sequences, int queries, int[] ids, int[] positions) {
        boolean embeds = weights.embedding() != null;
        if (embeds) {
            write(buffers.ids, ids);
        }
        if (!weights.layers().isEmpty() || (embeds && learnedPositions)) {
            write(buffers.positions, positions);
        }
        if (weights.layers().isEmpty()) {
            return;
        }
        int rows = sequences.size();
        int[] slots = new int[rows * queries];
        int[] lengths = new int[rows];
        int[] table = new int[rows * pages];
        for (int i = 0; i < rows; i++) {
            CacheSequence sequence = sequences.get(i);
            for (int j = i * queries; j < (i + 1) * queries; j++) {
                slots[j] = sequence.slot(weights.firstLayer(), positions[j]);
            }
            lengths[i] = sequence.length() + queries;
            sequence.pages(table, i * pages);
        }
        write(buffers.slots, slots);
        write(buffers.lengths, lengths);
        write(buffers.pageTable, table);
    }

    /** Overwrites the first rows of {@code buffer}. */
    private void write(Tensor buffer, int[] values) {
        try (Scope scope = Scope.open()) {
            Tensor target = buffer.slice(0, 0, values.length / (buffer.shape().elements() / buffer.size(0)));
            target.set(Tensor.of(device, values, target.shape().sizes()));
        }
    }

    /** The residual stream of the last step's first rows. */
    private Tensor hidden(int tokens) {
        return buffers.hidden.slice(0, 0, tokens);
    }

    /** Takes over the residual stream where the segment before left it. */
    void enter(SessionSegment before, int tokens) {
        hidden(tokens).set(before.hidden(tokens));
    }

    /** Runs its layers over {@code queries} tokens of each of {@code rows} sequences. */
    void run(int rows, int queries) {
        step.hidden(rows, queries);
    }

    /** Runs a decode step, with the logits of all rows where the model ends here. */
    void decode(int rows) {
        step.hidden(rows, 1);
        if (weights.head() != null) {
            step.logits(0, rows);
        }
    }

    /** As {@link #decode}, captured the first time. */
    void replay(int rows) {
        graphs.computeIfAbsent(rows, count -> device.capture(() -> decode(count)))
                .replay();
    }

    /** Computes the logits of rows {@code from} to {@code to} of the last step, where the model ends here. */
    Tensor logits(int from, int to) {
        return step.logits(from, to);
    }

    /** The logits of the last decode step. */
    Tensor decoded(int rows) {
        return buffers.logits.slice(0, 0, rows);
    }

    @Override
    public void close() {
        graphs.values().forEach(Graph::close);
        constants.close();
        buffers.close();
    }
}
