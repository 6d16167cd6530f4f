package dev.tenon.models.sampling;

import dev.tenon.error.InvalidArgumentException;
import java.util.Map;

/**
 * How the next token is chosen. The steps are taken in the order of the parameters: biases and penalties change logits,
 * the temperature divides them, and each of the three limits keeps a part of what the one before it left.
 *
 * @param logitBias added to the logits of some ids; negative infinity forbids an id, positive infinity forces it
 * @param repetitionPenalty divides positive and multiplies negative logits of ids that the prompt or the text has had
 *     (Keskar et al. 2019, CTRL); 1: none
 * @param presencePenalty subtracted from the logits of ids that the text has had
 * @param frequencyPenalty subtracted as often as the text has had an id
 * @param temperature 0: the largest logit, of equals the lowest id
 * @param topK keep the k most probable; 0: all (Fan et al. 2018)
 * @param topP keep the fewest most probable that reach this mass; 1: all (Holtzman et al. 2020)
 * @param minP drop what is less probable than this part of the most probable; 0: none (Nguyen et al. 2024)
 * @param seed of the random numbers: the same seed, prompt and options give the same text
 */
public record SamplingOptions(
        Map<Integer, Float> logitBias,
        double repetitionPenalty,
        double presencePenalty,
        double frequencyPenalty,
        double temperature,
        int topK,
        double topP,
        double minP,
        long seed) {
    /** The largest logit, nothing else. */
    public static final SamplingOptions GREEDY = new SamplingOptions(Map.of(), 1, 0, 0, 0, 0, 1, 0, 0);

    /** @throws InvalidArgumentException if a number is out of its range */
    public SamplingOptions {
        logitBias = Map.copyOf(logitBias);
        logitBias.forEach((id, bias) -> require(!bias.isNaN(), "the bias of token " + id, bias));
        require(repetitionPenalty > 0 && repetitionPenalty < 1e6, "the repetition penalty", repetitionPenalty);
        require(Math.abs(presencePenalty) < 1e6, "the presence penalty", presencePenalty);
        require(Math.abs(frequencyPenalty) < 1e6, "the frequency penalty", frequencyPenalty);
        require(temperature >= 0 && temperature < 1e6, "the temperature", temperature);
        require(topK >= 0, "top-k", topK);
        require(topP > 0 && topP <= 1, "top-p", topP);
        require(minP >= 0 && minP <= 1, "min-p", minP);
    }

    private static void require(boolean holds, String name, double value) {
        if (!holds) {
            throw new InvalidArgumentException("sampling: " + name + " cannot be " + value);
        }
    }

    public SamplingOptions withLogitBias(Map<Integer, Float> bias) {
        return new SamplingOptions(
                bias, repetitionPenalty, presencePenalty, frequencyPenalty, temperature, topK, topP, minP, seed);
    }

    public SamplingOptions withPenalties(double repetition, double presence, double frequency) {
        return new SamplingOptions(logitBias, repetition, presence, frequency, temperature, topK, topP, minP, seed);
    }

    public SamplingOptions withTemperature(double value) {
        return new SamplingOptions(
                logitBias, repetitionPenalty, presencePenalty, frequencyPenalty, value, topK, topP, minP, seed);
    }

    /** With all three limits. */
    public SamplingOptions withLimits(int k, double p, double least) {
        return new SamplingOptions(
                logitBias, repetitionPenalty, presencePenalty, frequencyPenalty, temperature, k, p, least, seed);
    }

    public SamplingOptions withSeed(long value) {
        return new SamplingOptions(
                logitBias, repetitionPenalty, presencePenalty, frequencyPenalty, temperature, topK, topP, minP, value);
    }
}
