package dev.tenon.cli;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.models.generate.GenerationOptions;
import dev.tenon.models.sampling.SamplingOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How text is chosen and when it ends. */
final class SamplingArguments {
    @Option(
            names = {"-n", "--max-tokens"},
            paramLabel = "N",
            description = "Most tokens to write.")
    private @Nullable Integer maxTokens;

    @Option(
            names = {"-t", "--temperature"},
            paramLabel = "T",
            description = "0: always the most probable token.")
    private @Nullable Double temperature;

    @Option(names = "--top-k", paramLabel = "K", defaultValue = "0", description = "Keep the K most probable; 0: all.")
    private int topK;

    @Option(
            names = "--top-p",
            paramLabel = "P",
            defaultValue = "1",
            description = "Keep the fewest most probable that reach this mass.")
    private double topP;

    @Option(
            names = "--min-p",
            paramLabel = "P",
            defaultValue = "0",
            description = "Drop what is less probable than this part of the most probable.")
    private double minP;

    @Option(
            names = "--repetition-penalty",
            paramLabel = "R",
            defaultValue = "1",
            description = "Over 1: make tokens of the prompt and the text less likely.")
    private double repetitionPenalty;

    @Option(
            names = "--presence-penalty",
            paramLabel = "R",
            defaultValue = "0",
            description = "Subtracted once for a token that the text has.")
    private double presencePenalty;

    @Option(
            names = "--frequency-penalty",
            paramLabel = "R",
            defaultValue = "0",
            description = "Subtracted each time the text has a token.")
    private double frequencyPenalty;

    @Option(
            names = "--logit-bias",
            paramLabel = "ID=BIAS",
            description = "Added to a token's logit; may be given many times.")
    private Map<Integer, Float> logitBias = new LinkedHashMap<>();

    @Option(names = "--seed", paramLabel = "N", description = "Of the random numbers; without it, one is chosen.")
    private @Nullable Long seed;

    @Option(names = "--stop", paramLabel = "TEXT", description = "End before this text; may be given many times.")
    private List<String> stops = List.of();

    @Option(names = "--ignore-eos", description = "Go on past the token that would end the text.")
    private boolean ignoreEos;

    /**
     * @param defaultTemperature where none was given
     * @throws CommandException if a number is out of its range
     */
    GenerationOptions options(double defaultTemperature, int defaultMaxTokens) {
        try {
            return checked(defaultTemperature, defaultMaxTokens);
        } catch (InvalidArgumentException e) {
            throw CommandException.usage(e);
        }
    }

    private GenerationOptions checked(double defaultTemperature, int defaultMaxTokens) {
        SamplingOptions sampling = SamplingOptions.GREEDY
                .withTemperature(temperature == null ? defaultTemperature : temperature)
                .withLimits(topK, topP, minP)
                .withPenalties(repetitionPenalty, presencePenalty, frequencyPenalty)
                .withLogitBias(logitBias)
                .withSeed(seed == null ? System.nanoTime() & 0xFFFF_FFFFL : seed);
        return new GenerationOptions(sampling, maxTokens == null ? defaultMaxTokens : maxTokens, stops, ignoreEos);
    }
}
