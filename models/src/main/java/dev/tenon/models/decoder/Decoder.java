package dev.tenon.models.decoder;

import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.weights.TensorSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * A decoder-only language model: its configuration and its weights, which stay in the mapped file where the device can
 * use host memory. Immutable; one object serves many {@link DecoderSession}s on many threads.
 */
public final class Decoder implements AutoCloseable {
    private final TensorSource source;
    private final List<WeightLoader> loaders;
    private final DecoderConfiguration configuration;
    private final DevicePlan plan;
    private final List<SegmentWeights> segments;

    private Decoder(
            TensorSource source,
            List<WeightLoader> loaders,
            DecoderConfiguration configuration,
            DevicePlan plan,
            List<SegmentWeights> segments) {
        this.source = source;
        this.loaders = loaders;
        this.configuration = configuration;
        this.plan = plan;
        this.segments = segments;
    }

    /**
     * Opens a GGUF file and makes a decoder of it, all on one device.
     *
     * @throws dev.tenon.error.InputOutputException if the file cannot be read
     * @throws dev.tenon.error.MalformedFileException if it is no whole GGUF file, or a key or tensor of the model is
     *     missing or does not fit
     * @throws UnsupportedModelException if it is a model of a kind that is not supported
     */
    public static Decoder open(Path path, Device device) {
        return open(path, on(device));
    }

    /**
     * Opens a GGUF file and makes a decoder of it, split over devices.
     *
     * @param planner says by the model's size where its layers go; what it throws is passed on
     * @throws dev.tenon.error.InvalidArgumentException if the plan has another number of layers than the model
     */
    public static Decoder open(Path path, Function<ModelSize, DevicePlan> planner) {
        GgufFile file = GgufFile.open(path);
        try {
            return of(file, planner);
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
        return of(file, on(device));
    }

    /** As {@link #of(GgufFile, Device)}, split over devices as {@link #open(Path, Function)} says. */
    public static Decoder of(GgufFile file, Function<ModelSize, DevicePlan> planner) {
        DecoderConfiguration configuration = GgufConfiguration.read(file);
        DevicePlan plan = planner.apply(ModelSize.of(file, configuration));
        plan.requireLayers(configuration.layers());
        // A device that comes twice has its weights, such as a table used at both ends, once.
        Map<Device, WeightLoader> loaders = new LinkedHashMap<>();
        try {
            List<SegmentWeights> segments = Scope.outside(() -> load(file, configuration, plan, loaders));
            return new Decoder(file, List.copyOf(loaders.values()), configuration, plan, segments);
        } catch (RuntimeException | Error e) {
            loaders.values().forEach(WeightLoader::close);
            throw e;
        }
    }

    private static Function<ModelSize, DevicePlan> on(Device device) {
        return size -> DevicePlan.on(device, size.layers());
    }

    private static List<SegmentWeights> load(
            GgufFile file, DecoderConfiguration configuration, DevicePlan plan, Map<Device, WeightLoader> loaders) {
        List<SegmentWeights> segments = new ArrayList<>();
        int last = plan.segments().size() - 1;
        for (int i = 0; i <= last; i++) {
            DevicePlan.Segment segment = plan.segments().get(i);
            WeightLoader loader = loaders.computeIfAbsent(segment.device(), device -> new WeightLoader(file, device));
            segments.add(new GgufWeights(loader, configuration).segment(segment, i == 0, i == last));
        }
        return List.copyOf(segments);
    }

    public DecoderConfiguration configuration() {
        return configuration;
    }

    /** Where its layers lie. */
    public DevicePlan plan() {
        return plan;
    }

    /** The model's file or files. */
    public TensorSource source() {
        return source;
    }

    List<SegmentWeights> segments() {
        return segments;
    }

    /** Ends the weights and closes the file. Its sessions must be closed before. */
    @Override
    public void close() {
        loaders.forEach(WeightLoader::close);
        source.close();
    }

    /** For example {@code llama, 30 layers of 576: model.gguf}. */
    @Override
    public String toString() {
        return configuration.architecture().key() + ", " + configuration.layers() + " layers of "
                + configuration.width() + ": " + source.name();
    }
}
