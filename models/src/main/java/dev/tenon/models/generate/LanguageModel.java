package dev.tenon.models.generate;

import dev.tenon.Device;
import dev.tenon.models.chat.ChatTemplate;
import dev.tenon.models.decoder.Decoder;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.DevicePlan;
import dev.tenon.models.decoder.ModelSize;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufMetadata;
import dev.tenon.models.tokenizer.GgufTokenizer;
import dev.tenon.models.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;

/** A model file with all that text needs: the decoder and its tokenizer. Immutable, for any number of threads. */
public final class LanguageModel implements AutoCloseable {
    private final GgufMetadata metadata;
    private final Decoder decoder;
    private final Tokenizer tokenizer;

    private LanguageModel(GgufMetadata metadata, Decoder decoder, Tokenizer tokenizer) {
        this.metadata = metadata;
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
        return open(path, size -> DevicePlan.on(device, size.layers()));
    }

    /**
     * Opens a GGUF file, its layers split over devices.
     *
     * @param planner says by the model's size where its layers go; what it throws is passed on
     * @throws dev.tenon.error.InvalidArgumentException if the plan has another number of layers than the model
     */
    public static LanguageModel open(Path path, Function<ModelSize, DevicePlan> planner) {
        GgufFile file = GgufFile.open(path);
        try {
            Tokenizer tokenizer = GgufTokenizer.read(file.metadata());
            return new LanguageModel(file.metadata(), Decoder.of(file, planner), tokenizer);
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

    /**
     * The file's chat template, if it has one.
     *
     * @throws dev.tenon.models.chat.ChatTemplateException if it cannot be read
     */
    public Optional<ChatTemplate> chatTemplate() {
        return ChatTemplate.read(metadata, tokenizer);
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
