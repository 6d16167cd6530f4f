package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.generate.GenerationOptions;
import dev.tenon.models.generate.GenerationResult;
import dev.tenon.models.generate.Generator;
import dev.tenon.models.generate.LanguageModel;
import dev.tenon.models.generate.TextListener;
import dev.tenon.models.tokenizer.EncodeOptions;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon generate}. */
@Command(
        name = "generate",
        description = {
            "Go on with a prompt, or answer it with --chat.",
            "Without --temperature the most probable token is always taken."
        })
final class GenerateCommand extends TenonCommand {
    private static final int MAX_TOKENS = 128;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final RuntimeArguments runtime = new RuntimeArguments();

    @Mixin
    private final SamplingArguments sampling = new SamplingArguments();

    @Option(
            names = {"-p", "--prompt"},
            paramLabel = "TEXT",
            description = "The prompt; without it or --file, standard input is read.")
    private @Nullable String prompt;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Read the prompt from a file.")
    private @Nullable Path file;

    @Option(names = "--chat", description = "Wrap the prompt in the file's chat template, as the user's message.")
    private boolean chat;

    @Option(names = "--system", paramLabel = "TEXT", description = "System message for --chat.")
    private @Nullable String system;

    @Option(names = "--special", description = "Read names of special tokens in the prompt as these tokens.")
    private boolean special;

    @Override
    void execute() {
        if (system != null && !chat) {
            throw new CommandException(2, "--system needs --chat");
        }
        GenerationOptions options = sampling.options(0, MAX_TOKENS);
        SessionOptions sessionOptions = model.session();
        Path path = model.path();
        String text = Prompts.read(prompt, file);
        try (Tenon tenon = runtime.open()) {
            ModelPlan plan = runtime.plan(tenon, sessionOptions, err());
            run(plan, path, text, sessionOptions, options);
        }
    }

    private void run(ModelPlan plan, Path path, String text, SessionOptions sessionOptions, GenerationOptions options) {
        try (LanguageModel languageModel = plan.open(path)) {
            int[] ids = chat
                    ? ChatPrompts.of(languageModel).ids(ChatPrompts.conversation(system, text))
                    : languageModel.tokenizer().encode(text, new EncodeOptions(true, special));
            if (ids.length == 0) {
                throw new CommandException(2, "the prompt is empty, and this model has no token to begin a text with");
            }
            try (DecoderSession session = languageModel.session(sessionOptions);
                    Generator generator = new Generator(session, languageModel.tokenizer())) {
                GenerationResult result =
                        generator.generate(ids, options, isJson() ? TextListener.SILENT : this::print);
                report(result, plan);
            }
        }
    }

    /** Ends the text where nobody reads it any more. */
    private boolean print(String text) {
        out().print(text);
        return !out().checkError();
    }

    private void report(GenerationResult result, ModelPlan plan) {
        if (isJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("prompt_ids", result.promptIds());
            document.put("ids", result.ids());
            document.put("text", result.text());
            document.put("stop", result.stop().label());
            document.put("time_to_first_token_ms", rounded(result.firstTokenNanos() / 1e6));
            document.put("prefill_tokens_per_second", rounded(result.prefillRate()));
            document.put("decode_tokens_per_second", rounded(result.decodeRate()));
            document.put("plan", plan.facts());
            printJson(document);
            return;
        }
        out().println();
        out().flush();
        if (StandardError.isTerminal()) {
            err().println(Prompts.summary(result));
            err().flush();
        }
    }
}
