package dev.tenon.models.generate;

import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.sampling.Sampler;
import dev.tenon.models.tokenizer.Detokenizer;
import dev.tenon.models.tokenizer.TokenType;
import dev.tenon.models.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes text with a session, one text after another. What a prompt has in common with the one before it and the text
 * that followed is taken from the cache, so a chat is not read again from its beginning. For one thread.
 */
public final class Generator implements AutoCloseable {
    private final DecoderSession session;
    private final Tokenizer tokenizer;
    private final CacheSequence sequence;
    private int[] cached;

    /** @param tokenizer the model's own; the session stays the caller's */
    public Generator(DecoderSession session, Tokenizer tokenizer) {
        this.session = session;
        this.tokenizer = tokenizer;
        this.sequence = session.open();
        this.cached = new int[session.context()];
    }

    /** Forgets what is cached. */
    public void clear() {
        sequence.truncate(0);
    }

    /**
     * Goes on with a prompt.
     *
     * @param prompt at least one id
     * @throws InvalidArgumentException if the prompt is empty or an id is outside the vocabulary
     * @throws dev.tenon.models.cache.ContextOverflowException if the prompt alone passes the session's context; a text
     *     that reaches it ends with {@link StopReason#CONTEXT}
     */
    public GenerationResult generate(int[] prompt, GenerationOptions options, TextListener listener) {
        if (prompt.length == 0) {
            throw new InvalidArgumentException("generate: the prompt has no tokens");
        }
        long start = System.nanoTime();
        int reused = reuse(prompt);
        Tensor logits = session.prefill(sequence, Arrays.copyOfRange(prompt, reused, prompt.length));
        System.arraycopy(prompt, reused, cached, reused, prompt.length - reused);
        long prefilled = System.nanoTime();

        Sampler sampler = new Sampler(options.sampling());
        sampler.prompt(prompt);
        Detokenizer detokenizer = tokenizer.detokenizer(false, startsText(prompt));
        StopFilter filter = new StopFilter(options.stops());
        int[] ids = new int[Math.min(options.maxTokens(), session.context() - prompt.length + 1)];
        int count = 0;
        long first = prefilled;
        StopReason stop = options.maxTokens() == 0 ? StopReason.LENGTH : null;
        while (stop == null) {
            int id = sampler.next(logits.toFloatArray());
            ids[count++] = id;
            if (count == 1) {
                first = System.nanoTime();
            }
            if (tokenizer.isEndOfGeneration(id) && !options.ignoreEos()) {
                stop = StopReason.EOS;
            } else {
                boolean more = hand(filter.accept(detokenizer.accept(id)), listener);
                stop = reason(more, filter, count, options);
            }
            if (stop == null) {
                cached[sequence.length()] = id;
                logits = session.decode(List.of(sequence), new int[] {id});
            }
        }
        long end = System.nanoTime();
        if (!filter.isStopped()) {
            hand(filter.accept(detokenizer.finish()) + filter.finish(), listener);
        }
        return new GenerationResult(
                prompt.clone(),
                reused,
                Arrays.copyOf(ids, count),
                filter.text(),
                stop,
                prefilled - start,
                first - start,
                end - first);
    }

    /** Whether what follows stands at the beginning of a text: after a begin token, or one that opens a chat turn. */
    private boolean startsText(int[] prompt) {
        return tokenizer.vocabulary().type(prompt[prompt.length - 1]) == TokenType.CONTROL;
    }

    private @Nullable StopReason reason(boolean more, StopFilter filter, int count, GenerationOptions options) {
        if (filter.isStopped()) {
            return StopReason.STOP;
        }
        if (!more) {
            return StopReason.CANCELLED;
        }
        if (count == options.maxTokens()) {
            return StopReason.LENGTH;
        }
        return sequence.length() == session.context() ? StopReason.CONTEXT : null;
    }

    private static boolean hand(String text, TextListener listener) {
        return text.isEmpty() || listener.accept(text);
    }

    /** Cuts the cache back to what it has in common with the prompt; the prompt's last token is always run again. */
    private int reuse(int[] prompt) {
        int most = Math.min(prompt.length - 1, sequence.length());
        int common = 0;
        while (common < most && cached[common] == prompt[common]) {
            common++;
        }
        sequence.truncate(common);
        return common;
    }

    @Override
    public void close() {
        sequence.close();
    }
}
