package dev.tenon.cli;

import dev.tenon.Configuration;
import dev.tenon.Tenon;
import dev.tenon.error.InputOutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * {@code tenon warm-up}, for the launcher: does once what users do, on a model of random weights, while the JVM writes
 * down which classes are loaded and how methods behave. Later starts begin with that.
 */
@Command(name = "warm-up", hidden = true, description = "Run what users run; for the launcher's start-up cache.")
final class WarmUpCommand extends TenonCommand {
    private static final String PROMPT = "Once upon a time the winter was so long, and the nights so cold,"
            + " that in the village they began to burn their chairs.";

    @Option(names = "--device", paramLabel = "NAME", defaultValue = "cpu", description = "Device that runs the model.")
    private String device = "cpu";

    @Override
    void execute() {
        try {
            Path folder = Files.createTempDirectory("tenon-warm-up");
            Path model = folder.resolve("model.gguf");
            try {
                try (Tenon tenon = Tenon.open(Configuration.DEFAULT)) {
                    WarmUpModel.write(model, tenon.device("cpu"));
                }
                String file = model.toString();
                for (List<String> command : List.of(
                        List.of("devices"),
                        List.of("inspect", file),
                        List.of("tokenize", "--model", file, PROMPT),
                        List.of(
                                "generate",
                                "--model",
                                file,
                                "--prompt",
                                PROMPT,
                                "--device",
                                device,
                                "--ignore-eos",
                                "--max-tokens",
                                "48",
                                "--json"),
                        List.of(
                                "generate",
                                "--model",
                                file,
                                "--prompt",
                                PROMPT,
                                "--device",
                                device,
                                "--chat",
                                "--temperature",
                                "0.8",
                                "--top-k",
                                "40",
                                "--top-p",
                                "0.95",
                                "--seed",
                                "1",
                                "--max-tokens",
                                "24"))) {
                    int status = Main.commandLine().execute(command.toArray(String[]::new));
                    if (status != 0) {
                        throw new CommandException(1, "warm-up: " + command + " ended with status " + status);
                    }
                }
            } finally {
                Files.deleteIfExists(model);
                Files.deleteIfExists(folder);
            }
        } catch (IOException e) {
            throw new InputOutputException("warm-up model", "writing it", e);
        }
    }
}
