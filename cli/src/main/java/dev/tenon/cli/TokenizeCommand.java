package dev.tenon.cli;

import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.tokenizer.EncodeOptions;
import dev.tenon.models.tokenizer.GgufTokenizer;
import dev.tenon.models.tokenizer.Tokenizer;
import dev.tenon.models.tokenizer.TokenizerJson;
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

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "Instead of a model: the tokenizer.json of the tokenizers library.")
    private @Nullable Path tokenizerFile;

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
        Tokenizer tokenizer = tokenizer();
        String input = Prompts.read(text, file);
        int[] ids = decode ? ids(input) : tokenizer.encode(input, new EncodeOptions(addSpecial, parseSpecial));
        if (isJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("ids", ids);
            document.put(
                    "tokens",
                    Arrays.stream(ids).mapToObj(tokenizer.vocabulary()::text).toList());
            document.put("text", decode ? tokenizer.decode(ids, showSpecial) : input);
            printJson(document);
        } else if (decode) {
            out().println(tokenizer.decode(ids, showSpecial));
        } else {
            out().println(Arrays.stream(ids).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
        }
    }

    private Tokenizer tokenizer() {
        if (tokenizerFile != null) {
            if (model.isGiven()) {
                throw new CommandException(2, "give either --model or --tokenizer");
            }
            return TokenizerJson.read(tokenizerFile);
        }
        try (GgufFile gguf = GgufFile.open(model.path())) {
            return GgufTokenizer.read(gguf.metadata());
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
