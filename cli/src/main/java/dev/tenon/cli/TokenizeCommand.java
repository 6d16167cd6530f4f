package dev.tenon.cli;

import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.tokenizer.EncodeOptions;
import dev.tenon.models.tokenizer.GgufTokenizer;
import dev.tenon.models.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tenon tokenize}. */
@Command(name = "tokenize", description = "Turn text into token ids, or ids back into text with --decode.")
final class TokenizeCommand extends TenonCommand {
    @Mixin
    private final ModelArguments model = new ModelArguments();

    @Parameters(
            arity = "0..1",
            paramLabel = "TEXT",
            description = "The text, or ids with --decode; without it or --file, standard input is read.")
    private @Nullable String text;

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "Read the text or the ids from a file.")
    private @Nullable Path file;

    @Option(names = "--decode", description = "The input is ids, with spaces or commas between; print their text.")
    private boolean decode;

    @Option(names = "--add-special", description = "Add the begin and end tokens that the model asks for.")
    private boolean addSpecial;

    @Option(names = "--parse-special", description = "Read names of special tokens as these tokens.")
    private boolean parseSpecial;

    @Option(names = "--show-special", description = "With --decode, print special tokens by name.")
    private boolean showSpecial;

    @Override
    void execute() {
        Path path = model.path();
        String input = Prompts.read(text, file);
        try (GgufFile gguf = GgufFile.open(path)) {
            Tokenizer tokenizer = GgufTokenizer.read(gguf.metadata());
            int[] ids = decode ? ids(input) : tokenizer.encode(input, new EncodeOptions(addSpecial, parseSpecial));
            if (isJson()) {
                Map<String, Object> document = new LinkedHashMap<>();
                document.put("ids", ids);
                document.put(
                        "tokens",
                        Arrays.stream(ids)
                                .mapToObj(tokenizer.vocabulary()::text)
                                .toList());
                document.put("text", decode ? tokenizer.decode(ids, showSpecial) : input);
                printJson(document);
            } else if (decode) {
                out().println(tokenizer.decode(ids, showSpecial));
            } else {
                out().println(Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
            }
        }
    }

    private static int[] ids(String input) {
        String[] parts = input.strip().split("[\\s,\\[\\]]+", -1);
        try {
            return Arrays.stream(parts)
                    .filter(part -> !part.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
        } catch (NumberFormatException e) {
            throw new CommandException(2, "--decode wants token ids: " + e.getMessage());
        }
    }
}
