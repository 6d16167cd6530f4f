package dev.tenon.models.generate;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.decoder.DecoderSession;
import java.util.Arrays;
import java.util.function.IntConsumer;

/**
 * How well a model foresees a text: e to the mean of minus the logarithm of each scored token's probability.
 *
 * @param value the perplexity
 * @param scored how many tokens were scored
 */
public record Perplexity(double value, long scored) {
    /** Which tokens of a window are scored. */
    public enum Scoring {
        /** All but a window's first, in every window, the last and shorter one too. */
        ALL,
        /** The second half of each full window, as llama.cpp's tool counts. */
        SECOND_HALF
    }

    /**
     * Cuts a text into windows that do not overlap and runs each by itself. No token is added.
     *
     * @param window tokens a window, at least 2 and at most the session's context
     * @param progress called with the number of tokens run so far
     * @throws InvalidArgumentException if there is nothing to score
     */
    public static Perplexity of(DecoderSession session, int[] ids, int window, Scoring scoring, IntConsumer progress) {
        if (window < 2 || window > session.context()) {
            throw new InvalidArgumentException(
                    "perplexity: a window of " + window + " tokens with a context of " + session.context());
        }
        double sum = 0;
        long scored = 0;
        try (CacheSequence sequence = session.open()) {
            for (int at = 0; at < ids.length; at += window) {
                int[] tokens = Arrays.copyOfRange(ids, at, Math.min(ids.length, at + window));
                if (scoring == Scoring.SECOND_HALF && tokens.length < window) {
                    break;
                }
                sequence.truncate(0);
                double[] losses = session.losses(sequence, tokens);
                // losses[i] is that of token i + 1.
                int first = scoring == Scoring.ALL ? 0 : window / 2;
                for (int i = first; i < losses.length; i++) {
                    sum += losses[i];
                    scored++;
                }
                progress.accept(at + tokens.length);
            }
        }
        if (scored == 0) {
            throw new InvalidArgumentException("perplexity: " + ids.length + " tokens leave nothing to score");
        }
        return new Perplexity(Math.exp(sum / scored), scored);
    }
}
