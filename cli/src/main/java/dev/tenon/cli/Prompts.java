package dev.tenon.cli;

import dev.tenon.error.InputOutputException;
import dev.tenon.models.generate.GenerationResult;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Text that commands take in, and what they say about text they wrote. */
final class Prompts {
    private Prompts() {}

    /** The text given, else the file's, else what standard input has. */
    static String read(@Nullable String text, @Nullable Path file) {
        if (text != null && file != null) {
            throw new CommandException(2, "give either a text or --file");
        }
        if (text != null) {
            return text;
        }
        if (file == null && Console.isInteractive()) {
            throw new CommandException(2, "no text given: write it after the command, use --file or pipe it in");
        }
        byte[] bytes = file == null ? standardInput() : bytes(file, Long.MAX_VALUE);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    /** The first bytes of a file. */
    static byte[] bytes(Path file, long most) {
        if (most < 1) {
            throw new CommandException(2, "--max-bytes must be positive");
        }
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes((int) Math.min(most, Integer.MAX_VALUE - 8));
        } catch (IOException e) {
            throw new InputOutputException(file.toString(), "reading", e);
        }
    }

    private static byte[] standardInput() {
        try {
            return System.in.readAllBytes();
        } catch (IOException e) {
            throw new InputOutputException("standard input", "reading", e);
        }
    }

    /** One line on how fast a text was written. */
    static String summary(GenerationResult result) {
        return "%d prompt tokens at %.1f/s, first token after %.0f ms, %d tokens at %.1f/s, stop: %s"
                .formatted(
                        result.promptIds().length,
                        result.prefillRate(),
                        result.firstTokenNanos() / 1e6,
                        result.ids().length,
                        result.decodeRate(),
                        result.stop().label());
    }
}
