package dev.tenon.models.sampling;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.random.Philox;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;

/**
 * Chooses the tokens of one text. It remembers what the text has had so far, for the penalties, and how many random
 * numbers it has drawn. Draw i of a seed is the number that {@link Philox} has at place 2i of the seed's stream, 53 of
 * its 64 bits, so it depends on nothing else. For one thread.
 */
public final class Sampler {
    private final SamplingOptions options;
    private final BitSet seen = new BitSet();
    private final Map<Integer, Integer> counts = new HashMap<>();
    private long draws;

    public Sampler(SamplingOptions options) {
        this.options = options;
    }

    /** Makes the tokens of a prompt known to the repetition penalty. */
    public void prompt(int... ids) {
        for (int id : ids) {
            seen.set(id);
        }
    }

    /**
     * Chooses a token and counts it as part of the text.
     *
     * @param logits one a token of the vocabulary; overwritten
     * @throws InvalidArgumentException if none of them is a number over negative infinity
     */
    public int next(float[] logits) {
        adjust(logits);
        int id = options.temperature() == 0 ? largest(logits) : draw(logits);
        seen.set(id);
        counts.merge(id, 1, Integer::sum);
        return id;
    }

    private void adjust(float[] logits) {
        options.logitBias().forEach((id, bias) -> {
            if (id < 0 || id >= logits.length) {
                throw new InvalidArgumentException(
                        "sampling: a bias for token " + id + ", outside the vocabulary of " + logits.length);
            }
            logits[id] += bias;
        });
        float repetition = (float) options.repetitionPenalty();
        if (repetition != 1) {
            for (int id = seen.nextSetBit(0); id >= 0 && id < logits.length; id = seen.nextSetBit(id + 1)) {
                logits[id] = logits[id] > 0 ? logits[id] / repetition : logits[id] * repetition;
            }
        }
        if (options.presencePenalty() != 0 || options.frequencyPenalty() != 0) {
            counts.forEach((id, count) ->
                    logits[id] -= (float) (options.presencePenalty() + count * options.frequencyPenalty()));
        }
    }

    private static int largest(float[] logits) {
        int best = -1;
        float most = Float.NEGATIVE_INFINITY;
        for (int i = 0; i < logits.length; i++) {
            if (logits[i] > most) {
                most = logits[i];
                best = i;
            }
        }
        if (best < 0) {
            throw new InvalidArgumentException("sampling: no logit is a number");
        }
        return best;
    }

    private int draw(float[] logits) {
        int most = largest(logits);
        if (logits[most] == Float.POSITIVE_INFINITY) {
            // A bias that forces a token: nothing is beside it, and differences to it are no numbers.
            return most;
        }
        Candidates candidates = Candidates.of(logits, logits[most], options.temperature(), options.topK());
        candidates.keepMass(options.topP());
        candidates.keepAtLeast(options.minP());
        return candidates.at(uniform());
    }

    /** In [0, 1). */
    private double uniform() {
        return (Philox.pair(options.seed(), 2 * draws++) >>> 11) * 0x1.0p-53;
    }
}
