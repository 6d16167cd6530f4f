package dev.tenon.cli;

import dev.tenon.Tenon;
import dev.tenon.error.InputOutputException;
import dev.tenon.models.cache.ContextOverflowException;
import dev.tenon.models.chat.ChatMessage;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.generate.GenerationOptions;
import dev.tenon.models.generate.GenerationResult;
import dev.tenon.models.generate.Generator;
import dev.tenon.models.generate.LanguageModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
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
        Path path = model.path();
        try (Tenon tenon = runtime.open();
                LanguageModel languageModel = LanguageModel.open(path, tenon.device(runtime.device()));
                Terminal terminal = TerminalBuilder.builder().dumb(true).build();
                DecoderSession session = languageModel.session(model.session());
                Generator generator = new Generator(session, languageModel.tokenizer())) {
            LineReader reader = LineReaderBuilder.builder().terminal(terminal).build();
            boolean prompts = Console.isInteractive();
            for (String line = next(reader, prompts); line != null; line = next(reader, prompts)) {
                switch (line.strip()) {
                    case "" -> {}
                    case "/exit" -> {
                        return;
                    }
                    case "/clear" -> {
                        messages.clear();
                        generator.clear();
                    }
                    default -> answer(languageModel, generator, terminal, line, options);
                }
            }
        } catch (IOException e) {
            throw new InputOutputException("terminal", "opening", e);
        }
    }

    /** The next line, or null where the user wants no more. */
    private static @Nullable String next(LineReader reader, boolean prompts) {
        try {
            return reader.readLine(prompts ? "> " : "");
        } catch (EndOfFileException | UserInterruptException _) {
            return null;
        }
    }

    private void answer(
            LanguageModel languageModel,
            Generator generator,
            Terminal terminal,
            String line,
            GenerationOptions options) {
        if (messages.isEmpty() && system != null) {
            messages.add(ChatMessage.system(system));
        }
        messages.add(ChatMessage.user(line));
        int[] ids = ChatPrompts.ids(languageModel, messages);
        GenerationResult result;
        try {
            result = generate(generator, terminal, ids, options);
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
            printJson(document);
        } else {
            out().println();
            out().flush();
        }
    }

    private GenerationResult generate(Generator generator, Terminal terminal, int[] ids, GenerationOptions options) {
        boolean[] interrupted = new boolean[1];
        Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, _ -> interrupted[0] = true);
        try {
            return generator.generate(ids, options, text -> {
                if (!isJson()) {
                    out().print(text);
                    out().flush();
                }
                return !interrupted[0];
            });
        } finally {
            terminal.handle(Terminal.Signal.INT, before);
        }
    }
}
