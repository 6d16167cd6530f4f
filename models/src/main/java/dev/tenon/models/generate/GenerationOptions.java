package dev.tenon.models.generate;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.sampling.SamplingOptions;
import java.util.List;

/**
 * What to write.
 *
 * @param maxTokens the most tokens to write, the one that ends the text included
 * @param stops strings that end the text where they first appear
 * @param ignoreEos go on past tokens that would end the text
 */
public record GenerationOptions(SamplingOptions sampling, int maxTokens, List<String> stops, boolean ignoreEos) {
    /** Greedy, 128 tokens. */
    public static final GenerationOptions DEFAULT =
            new GenerationOptions(SamplingOptions.GREEDY, 128, List.of(), false);

    /** @throws InvalidArgumentException if {@code maxTokens} is negative or a stop string is empty */
    public GenerationOptions {
        stops = List.copyOf(stops);
        if (maxTokens < 0) {
            throw new InvalidArgumentException("generate: cannot write " + maxTokens + " tokens");
        }
        if (stops.contains("")) {
            throw new InvalidArgumentException("generate: a stop string is empty");
        }
    }

    public GenerationOptions withSampling(SamplingOptions options) {
        return new GenerationOptions(options, maxTokens, stops, ignoreEos);
    }

    public GenerationOptions withMaxTokens(int count) {
        return new GenerationOptions(sampling, count, stops, ignoreEos);
    }

    public GenerationOptions withStops(List<String> strings) {
        return new GenerationOptions(sampling, maxTokens, strings, ignoreEos);
    }
}
