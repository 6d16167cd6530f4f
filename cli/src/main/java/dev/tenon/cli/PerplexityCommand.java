package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.generate.LanguageModel;
import dev.tenon.models.generate.Perplexity;
import dev.tenon.models.generate.Perplexity.Scoring;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon perplexity}. */
@Command(
        name = "perplexity",
        description = {
            "Measure how well a model foresees a text.",
            "The text is cut into windows that do not overlap, none with a begin token; every token but a window's"
                    + " first is scored."
        })
final class PerplexityCommand extends TenonCommand {
    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final RuntimeArguments runtime = new RuntimeArguments();

    @Option(names = "--text", required = true, paramLabel = "FILE", description = "The text, UTF-8.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path text;

    @Option(names = "--max-bytes", paramLabel = "N", description = "Use only this many bytes from its beginning.")
    private long maxBytes = Long.MAX_VALUE;

    @Option(
            names = "--window",
            paramLabel = "N",
            defaultValue = "512",
            description = "Tokens a window (${DEFAULT-VALUE}).")
    private int window;

    @Option(names = "--second-half", description = "Score only the second half of each full window.")
    private boolean secondHalf;

    @Override
    void execute() {
        if (window < 2) {
            throw new CommandException(2, "--window must be at least 2");
        }
        Path path = model.path();
        String content = new String(Prompts.bytes(text, maxBytes), StandardCharsets.UTF_8);
        SessionOptions options = model.session().withContext(window);
        try (Tenon tenon = runtime.open()) {
            measure(runtime.plan(tenon, options, err()), path, content, options);
        }
    }

    private void measure(ModelPlan plan, Path path, String content, SessionOptions options) {
        try (LanguageModel languageModel = plan.open(path);
                DecoderSession session = languageModel.session(options);
                ProgressBar bar = new ProgressBar(err(), "perplexity")) {
            int[] ids = languageModel.tokenizer().encode(content);
            long start = System.nanoTime();
            Perplexity result = Perplexity.of(
                    session,
                    ids,
                    window,
                    secondHalf ? Scoring.SECOND_HALF : Scoring.ALL,
                    done -> bar.at(done, ids.length));
            double seconds = (System.nanoTime() - start) / 1e9;
            bar.close();
            report(result, ids.length, seconds, plan);
        }
    }

    private void report(Perplexity result, int tokens, double seconds, ModelPlan plan) {
        if (isJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("perplexity", result.value());
            document.put("scored", result.scored());
            document.put("tokens", tokens);
            document.put("window", window);
            document.put("tokens_per_second", rounded(tokens / seconds));
            document.put("plan", plan.facts());
            printJson(document);
        } else {
            printFact("perplexity", "%.4f".formatted(result.value()));
            printFact("scored", result.scored());
            printFact("tokens", tokens);
            printFact("rate", "%.1f tokens/s".formatted(tokens / seconds));
        }
    }
}
