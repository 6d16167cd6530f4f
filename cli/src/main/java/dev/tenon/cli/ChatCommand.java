package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.models.cache.ContextOverflowException;
import dev.tenon.models.chat.ChatMessage;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.generate.GenerationOptions;
import dev.tenon.models.generate.GenerationResult;
import dev.tenon.models.generate.Generator;
import dev.tenon.models.generate.LanguageModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tenon chat}. */
@Command(
        name = "chat",
        description = {
            "Talk with a model.",
            "/clear forgets the conversation, /exit or the end of input ends it; Ctrl-C stops an answer."
        })
final class ChatCommand extends TenonCommand {
    private static final double TEMPERATURE = 0.7;
    private static final int MAX_TOKENS = 1024;

    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Mixin
    private final RuntimeArguments runtime = new RuntimeArguments();

    @Mixin
    private final SamplingArguments sampling = new SamplingArguments();

    @Option(names = "--system", paramLabel = "TEXT", description = "System message.")
    private @Nullable String system;

    private final List<ChatMessage> messages = new ArrayList<>();

    @Override
    void execute() {
        GenerationOptions options = sampling.options(TEMPERATURE, MAX_TOKENS);
        SessionOptions sessionOptions = model.session();
        Path path = model.path();
        try (Tenon tenon = runtime.open()) {
            converse(runtime.plan(tenon, sessionOptions, err()), path, sessionOptions, options);
        }
    }

    private void converse(ModelPlan plan, Path path, SessionOptions sessionOptions, GenerationOptions options) {
        try (LanguageModel languageModel = plan.open(path);
                DecoderSession session = languageModel.session(sessionOptions);
                Generator generator = new Generator(session, languageModel.tokenizer())) {
            ChatPrompts prompts = ChatPrompts.of(languageModel);
            try (ChatInput input = ChatInput.open()) {
                for (String line = input.next(); line != null; line = input.next()) {
                    switch (line.strip()) {
                        case "" -> {}
                        case "/exit" -> {
                            return;
                        }
                        case "/clear" -> {
                            messages.clear();
                            generator.clear();
                        }
                        default -> answer(plan, prompts, generator, input, line, options);
                    }
                }
            }
        }
    }

    private void answer(
            ModelPlan plan,
            ChatPrompts prompts,
            Generator generator,
            ChatInput input,
            String line,
            GenerationOptions options) {
        if (messages.isEmpty() && system != null) {
            messages.add(ChatMessage.system(system));
        }
        messages.add(ChatMessage.user(line));
        int[] ids = prompts.ids(messages);
        AtomicBoolean interrupted = new AtomicBoolean();
        GenerationResult result;
        try {
            result = input.interruptible(
                    () -> interrupted.set(true),
                    () -> generator.generate(ids, options, text -> {
                        if (!isJson()) {
                            out().print(text);
                            out().flush();
                        }
                        return !interrupted.get();
                    }));
        } catch (ContextOverflowException e) {
            messages.removeLast();
            out().flush();
            err().println("tenon: " + e.getMessage() + "; /clear starts anew");
            err().flush();
            return;
        }
        messages.add(ChatMessage.assistant(result.text()));
        if (isJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("text", result.text());
            document.put("stop", result.stop().label());
            document.put("plan", plan.facts());
            printJson(document);
        } else {
            out().println();
            out().flush();
        }
    }
}
