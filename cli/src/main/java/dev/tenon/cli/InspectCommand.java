package dev.tenon.cli;

import dev.tenon.io.Quote;
import dev.tenon.models.weights.WeightInfo;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tenon inspect}. */
@Command(name = "inspect", description = "Show what a model file holds: its keys and its tensors.")
final class InspectCommand extends TenonCommand {
    private static final int SHOWN_CHARACTERS = 100;

    @Parameters(
            paramLabel = "FILE",
            description = "A GGUF file, or a safetensors file, its shard index, or a folder with one of these.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String file;

    @Option(names = "--tensors", description = "List every tensor; --json always does.")
    private boolean tensors;

    @Override
    void execute() {
        ModelContents contents = ModelContents.read(ModelFolder.find().resolve(file));
        if (isJson()) {
            printJson(contents.document());
        } else {
            print(contents);
        }
    }

    private void print(ModelContents contents) {
        out().println(contents.title());
        printFact("parameters", "%,d".formatted(contents.parameters()));
        printFact("tensor bytes", "%,d".formatted(contents.bytes()));
        printFact("types", contents.types());
        out().println();
        contents.metadata()
                .forEach((key, value) -> out().printf(
                                "%-45s %s%n",
                                Quote.plain(key, SHOWN_CHARACTERS),
                                Quote.plain(String.valueOf(value), SHOWN_CHARACTERS)));
        if (tensors) {
            out().println();
            for (ModelContents.Weight tensor : contents.tensors()) {
                WeightInfo info = tensor.info();
                out().printf(
                                "%-45s %-8s %-20s %,d%n",
                                Quote.plain(info.name(), SHOWN_CHARACTERS),
                                info.typeName(),
                                info.shape(),
                                info.byteSize());
            }
        }
    }
}
