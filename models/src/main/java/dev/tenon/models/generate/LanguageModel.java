package dev.tenon.models.generate;

import dev.tenon.Device;
import dev.tenon.models.decoder.Decoder;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.tokenizer.GgufTokenizer;
import dev.tenon.models.tokenizer.Tokenizer;
import java.nio.file.Path;

/** A model file with all that text needs: the decoder and its tokenizer. Immutable, for any number of threads. */
public final class LanguageModel implements AutoCloseable {
    private final Decoder decoder;
    private final Tokenizer tokenizer;

    private LanguageModel(Decoder decoder, Tokenizer tokenizer) {
        this.decoder = decoder;
        this.tokenizer = tokenizer;
    }

    /**
     * Opens a GGUF file.
     *
     * @throws dev.tenon.error.InputOutputException if the file cannot be read
     * @throws dev.tenon.error.MalformedFileException if it is damaged, or its model or tokenizer does not fit together
     * @throws dev.tenon.models.decoder.UnsupportedModelException if it is a model of a kind that is not supported
     */
    public static LanguageModel open(Path path, Device device) {
        GgufFile file = GgufFile.open(path);
        try {
            Tokenizer tokenizer = GgufTokenizer.read(file.metadata());
            return new LanguageModel(Decoder.of(file, device), tokenizer);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    public Decoder decoder() {
        return decoder;
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** A session to run it with, which must be closed before the model. */
    public DecoderSession session(SessionOptions options) {
        return new DecoderSession(decoder, options);
    }

    @Override
    public void close() {
        decoder.close();
    }
}
