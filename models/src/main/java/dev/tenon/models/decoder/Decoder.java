package dev.tenon.models.decoder;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.weights.TensorSource;
import java.nio.file.Path;

/**
 * A decoder-only language model: its configuration and its weights, which stay in the mapped file where the device can
 * use host memory. Immutable; one object serves many {@link DecoderSession}s on many threads.
 */
public final class Decoder implements AutoCloseable {
    private final Device device;
    private final TensorSource source;
    private final WeightLoader loader;
    private final DecoderConfiguration configuration;
    private final DecoderWeights weights;

    private Decoder(
            Device device,
            TensorSource source,
            WeightLoader loader,
            DecoderConfiguration configuration,
            DecoderWeights weights) {
        this.device = device;
        this.source = source;
        this.loader = loader;
        this.configuration = configuration;
        this.weights = weights;
    }

    /**
     * Opens a GGUF file and makes a decoder of it.
     *
     * @throws dev.tenon.error.InputOutputException if the file cannot be read
     * @throws dev.tenon.error.MalformedFileException if it is no whole GGUF file, or a key or tensor of the model is
     *     missing or does not fit
     * @throws UnsupportedModelException if it is a model of a kind that is not supported
     */
    public static Decoder open(Path path, Device device) {
        GgufFile file = GgufFile.open(path);
        try {
            return of(file, device);
        } catch (RuntimeException | Error e) {
            file.close();
            throw e;
        }
    }

    /**
     * Makes a decoder of an open GGUF file, which it closes when it is closed itself; if this throws, the file stays open.
     *
     * @throws dev.tenon.error.MalformedFileException if a key or tensor is missing or does not fit
     * @throws UnsupportedModelException if it is a model of a kind that is not supported
     */
    public static Decoder of(GgufFile file, Device device) {
        DecoderConfiguration configuration = GgufConfiguration.read(file);
        WeightLoader loader = new WeightLoader(file, device);
        try {
            DecoderWeights weights = Scope.outside(() -> new GgufWeights(loader, configuration).load());
            return new Decoder(device, file, loader, configuration, weights);
        } catch (RuntimeException | Error e) {
            loader.close();
            throw e;
        }
    }

    public DecoderConfiguration configuration() {
        return configuration;
    }

    /** Where it runs. */
    public Device device() {
        return device;
    }

    /** The model's file or files. */
    public TensorSource source() {
        return source;
    }

    DecoderWeights weights() {
        return weights;
    }

    /** Ends the weights and closes the file. Its sessions must be closed before. */
    @Override
    public void close() {
        loader.close();
        source.close();
    }

    /** For example {@code llama, 30 layers of 576: model.gguf}. */
    @Override
    public String toString() {
        return configuration.architecture().key() + ", " + configuration.layers() + " layers of "
                + configuration.width() + ": " + source.name();
    }
}
