package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.cache.ContextOverflowException;
import dev.tenon.models.cache.PagedCache;
import dev.tenon.op.CrossEntropy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/**
 * Runs a {@link Decoder} over sequences of its own cache. A prompt is run in chunks; each decode step, of one token for
 * each of some sequences, is captured once for every number of sequences and replayed from then on: on every device of the
 * decoder's plan the layers that lie there.
 *
 * <p>A call that throws leaves every sequence as long as it was. For one thread at a time.
 */
public final class DecoderSession implements AutoCloseable {
    private final Decoder decoder;
    private final SessionSizes sizes;
    private final PagedCache cache;
    private final List<SessionSegment> segments = new ArrayList<>();
    private boolean replays = true;
    private boolean closed;

    /** Receives logits. */
    @FunctionalInterface
    public interface LogitConsumer {
        /**
         * @param from the prompt's token that the first row follows
         * @param logits [rows, vocabulary], F32; valid during the call
         */
        void accept(int from, Tensor logits);
    }

    /**
     * @throws InvalidArgumentException if the context passes what the model's learned positions allow
     * @throws dev.tenon.error.OutOfDeviceMemoryException if the cache or the buffers do not fit on a device; nothing stays
     *     allocated
     */
    public DecoderSession(Decoder decoder, SessionOptions options) {
        this.decoder = decoder;
        DecoderConfiguration configuration = decoder.configuration();
        sizes = SessionSizes.of(configuration, options);
        cache = new PagedCache(
                decoder.plan().segments().stream()
                        .map(segment -> new PagedCache.Part(segment.device(), segment.layers()))
                        .toList(),
                sizes.cache(configuration, options));
        try {
            for (SegmentWeights weights : decoder.segments()) {
                segments.add(new SessionSegment(configuration, weights, cache, sizes));
            }
        } catch (RuntimeException e) {
            segments.forEach(SessionSegment::close);
            cache.close();
            throw e;
        }
    }

    public Decoder decoder() {
        return decoder;
    }

    /** The most positions that a sequence may have. */
    public int context() {
        return sizes.context();
    }

    public PagedCache cache() {
        return cache;
    }

    /** A new, empty sequence. */
    public CacheSequence open() {
        return cache.open();
    }

    /** Runs decode steps one operator after another from now on, instead of replaying them: for tests of that. */
    void runEagerly() {
        replays = false;
    }

    /**
     * Appends tokens to a sequence.
     *
     * @param ids at least one
     * @return the logits after the last of them: [1, vocabulary], F32, valid until the session's next call
     * @throws InvalidArgumentException if an id is outside the vocabulary
     * @throws ContextOverflowException if the sequence would pass the context
     * @throws dev.tenon.models.cache.OutOfPagesException if the cache is full
     */
    public Tensor prefill(CacheSequence sequence, int[] ids) {
        checkPrompt(sequence, ids);
        if (ids.length == 1 && replays) {
            return decode(List.of(sequence), ids);
        }
        return atomically(sequence, ids, () -> {
            int last = 0;
            for (int at = 0; at < ids.length; at += sizes.chunk()) {
                last = Math.min(sizes.chunk(), ids.length - at);
                append(sequence, ids, at, last);
            }
            return segments.getLast().logits(last - 1, last);
        });
    }

    /** As {@link #prefill(CacheSequence, int[])}, with the logits after every token. */
    public void prefill(CacheSequence sequence, int[] ids, LogitConsumer consumer) {
        checkPrompt(sequence, ids);
        atomically(sequence, ids, () -> {
            for (int at = 0; at < ids.length; at += sizes.chunk()) {
                int count = Math.min(sizes.chunk(), ids.length - at);
                append(sequence, ids, at, count);
                for (int from = 0; from < count; from += SessionSizes.LOGIT_ROWS) {
                    consumer.accept(
                            at + from,
                            segments.getLast().logits(from, Math.min(count, from + SessionSizes.LOGIT_ROWS)));
                }
            }
            return sequence;
        });
    }

    /**
     * Appends tokens to a sequence and says how well the model foresaw them.
     *
     * @return for each token but the first, minus the logarithm of its probability after those before it
     */
    public double[] losses(CacheSequence sequence, int[] ids) {
        double[] losses = new double[Math.max(0, ids.length - 1)];
        prefill(sequence, ids, (from, logits) -> {
            int rows = (int) Math.min(logits.size(0), losses.length - from);
            if (rows > 0) {
                try (Scope scope = Scope.open()) {
                    Device device = logits.device();
                    Tensor targets = Tensor.of(device, Arrays.copyOfRange(ids, from + 1, from + 1 + rows));
                    Tensor out = Tensor.empty(device, DType.F32, rows);
                    device.execute(new CrossEntropy(logits.slice(0, 0, rows), targets, -1, out, null));
                    System.arraycopy(out.toDoubleArray(), 0, losses, from, rows);
                }
            }
        });
        return losses;
    }

    /**
     * Appends one token to each of some sequences.
     *
     * @param sequences different ones, at most as many as the session was made for
     * @param ids one a sequence
     * @return the logits after them: [sequences, vocabulary], F32, valid until the session's next call
     */
    public Tensor decode(List<CacheSequence> sequences, int[] ids) {
        int rows = sequences.size();
        if (rows < 1 || rows > sizes.batch() || ids.length != rows) {
            throw new InvalidArgumentException("decode: " + rows + " sequences and " + ids.length
                    + " ids; the session takes up to " + sizes.batch());
        }
        checkIds(ids);
        int[] positions = new int[rows];
        for (int i = 0; i < rows; i++) {
            CacheSequence sequence = own(sequences.get(i));
            if (sequences.indexOf(sequence) != i) {
                throw new InvalidArgumentException("decode: a sequence is there twice");
            }
            checkRoom(sequence, 1);
            sequence.reserve(1);
            positions[i] = sequence.length();
        }
        run(sequences, 1, ids, positions, segment -> {
            if (replays) {
                segment.replay(rows);
            } else {
                segment.decode(rows);
            }
        });
        sequences.forEach(sequence -> sequence.advance(1));
        return segments.getLast().decoded(rows);
    }

    /** Runs a step through all segments; the residual stream goes from each device to the next. */
    private void run(
            List<CacheSequence> sequences, int queries, int[] ids, int[] positions, Consumer<SessionSegment> step) {
        segments.forEach(segment -> segment.write(sequences, queries, ids, positions));
        for (int i = 0; i < segments.size(); i++) {
            if (i > 0) {
                segments.get(i).enter(segments.get(i - 1), ids.length);
            }
            step.accept(segments.get(i));
        }
    }

    private interface Body<T> {
        T run();
    }

    /** Takes back what {@code body} appended if it throws. */
    private static <T> T atomically(CacheSequence sequence, int[] ids, Body<T> body) {
        int length = sequence.length();
        sequence.reserve(ids.length);
        try {
            return body.run();
        } catch (RuntimeException | Error e) {
            sequence.truncate(length);
            throw e;
        }
    }

    private void append(CacheSequence sequence, int[] ids, int at, int count) {
        int[] positions = new int[count];
        Arrays.setAll(positions, i -> sequence.length() + i);
        run(
                List.of(sequence),
                count,
                Arrays.copyOfRange(ids, at, at + count),
                positions,
                segment -> segment.run(1, count));
        sequence.advance(count);
    }

    private void checkPrompt(CacheSequence sequence, int[] ids) {
        own(sequence);
        if (ids.length == 0) {
            throw new InvalidArgumentException("prefill: no tokens");
        }
        checkIds(ids);
        checkRoom(sequence, ids.length);
    }

    /** The cache has whole pages, and so may have room for more than the context. */
    private void checkRoom(CacheSequence sequence, int count) {
        if (count > sizes.context() - sequence.length()) {
            throw new ContextOverflowException(sequence.length(), count, sizes.context());
        }
    }

    private CacheSequence own(CacheSequence sequence) {
        if (closed) {
            throw new ClosedException("the session is closed");
        }
        if (sequence.cache() != cache) {
            throw new InvalidArgumentException("the sequence belongs to another session");
        }
        return sequence;
    }

    private void checkIds(int[] ids) {
        int vocabulary = decoder.configuration().vocabulary();
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new InvalidArgumentException("token id " + id + " is outside the vocabulary of " + vocabulary);
            }
        }
    }

    /** Ends the graphs, the buffers and the cache. */
    @Override
    public void close() {
        if (!closed) {
            closed = true;
            segments.forEach(SessionSegment::close);
            cache.close();
        }
    }
}
