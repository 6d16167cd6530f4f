package dev.tenon.cli;

import dev.tenon.error.InputOutputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where models are kept: {@code $TENON_MODELS}, else {@code tenon/models} in the user's cache folder. */
record ModelFolder(Path path) {
    static ModelFolder find() {
        return of(System.getenv("TENON_MODELS"), System.getenv("XDG_CACHE_HOME"), System.getProperty("user.home"));
    }

    static ModelFolder of(@Nullable String own, @Nullable String cache, String home) {
        if (own != null && !own.isEmpty()) {
            return new ModelFolder(Path.of(own));
        }
        Path base = cache != null && !cache.isEmpty() ? Path.of(cache) : Path.of(home, ".cache");
        return new ModelFolder(base.resolve("tenon").resolve("models"));
    }

    /** The model files in it, by name. */
    List<Path> models() {
        if (!Files.isDirectory(path)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(path, 3)) {
            return files.filter(file -> file.toString().toLowerCase(Locale.ROOT).endsWith(".gguf"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new InputOutputException(path.toString(), "listing", e);
        }
    }

    /**
     * The file of a path, or of a name in the folder, with or without its ending.
     *
     * @throws CommandException if there is neither
     */
    Path resolve(String model) {
        Path given = Path.of(model);
        if (Files.exists(given)) {
            return given;
        }
        for (String name : List.of(model, model + ".gguf")) {
            if (Files.isRegularFile(path.resolve(name))) {
                return path.resolve(name);
            }
        }
        throw new CommandException(1, model + ": there is no such file, and no model of this name in " + path);
    }

    /** What to say to someone who named no model. */
    CommandException missing() {
        List<Path> models = models();
        StringBuilder text = new StringBuilder("no model given: use --model FILE");
        if (models.isEmpty()) {
            text.append(". There is none in ").append(path);
        } else {
            text.append(" or one of these in ").append(path).append(": ");
            text.append(String.join(
                    ", ",
                    models.stream()
                            .map(file -> path.relativize(file).toString())
                            .toList()));
        }
        text.append(". To get one, download a GGUF file of a Llama, Mistral, Qwen, Gemma, Phi-3 or GPT-2 model, for"
                + " example https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct-GGUF, into that folder");
        return new CommandException(2, text.toString());
    }
}
