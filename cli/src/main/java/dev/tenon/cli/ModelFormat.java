package dev.tenon.cli;

import dev.tenon.error.InputOutputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** The formats in which models are published. */
enum ModelFormat {
    GGUF,
    SAFETENSORS;

    private static final byte[] GGUF_MAGIC = "GGUF".getBytes(StandardCharsets.US_ASCII);
    /** Where safetensors' JSON begins, behind its length. */
    private static final int SAFETENSORS_JSON = 8;

    /**
     * The format of a file by its first bytes; of one that begins like none of them, by its name, so that a damaged file is
     * refused as what it was meant to be.
     *
     * @throws InputOutputException if the file cannot be read
     */
    static ModelFormat of(Path path) {
        if (Files.isDirectory(path)) {
            return SAFETENSORS;
        }
        byte[] start = start(path);
        if (startsWith(start, GGUF_MAGIC)) {
            return GGUF;
        }
        if (start.length > SAFETENSORS_JSON && start[SAFETENSORS_JSON] == '{') {
            return SAFETENSORS;
        }
        String name = path.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".safetensors") || name.endsWith(".json") ? SAFETENSORS : GGUF;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        for (int i = 0; i < prefix.length; i++) {
            if (i >= bytes.length || bytes[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }

    private static byte[] start(Path path) {
        // Opening a pipe would wait for a writer; the reader of the format says what is wrong with it.
        if (Files.exists(path) && !Files.isRegularFile(path)) {
            return new byte[0];
        }
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(SAFETENSORS_JSON + 1);
        } catch (IOException e) {
            throw new InputOutputException(path.toString(), "reading", e);
        }
    }
}
