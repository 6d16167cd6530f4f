package dev.tenon.models.decoder;

import dev.tenon.DType;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import dev.tenon.models.gguf.GgufArray;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufMetadata;
import dev.tenon.models.gguf.GgufTensor;
import dev.tenon.models.gguf.GgufValue;
import dev.tenon.models.gguf.GgufValueType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Reads a {@link DecoderConfiguration} from GGUF metadata. The keys are those of the GGUF specification; what a family's
 * files leave out (Gemma's window patterns and score scales) is as the family's published code has it.
 */
final class GgufConfiguration {
    private static final int MAX_LAYERS = 4096;
    private static final int MAX_SIZE = 1 << 24;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(java.nio.ByteOrder.LITTLE_ENDIAN);

    private final GgufFile file;
    private final GgufMetadata metadata;
    private final Architecture architecture;

    private GgufConfiguration(GgufFile file, Architecture architecture) {
        this.file = file;
        this.metadata = file.metadata();
        this.architecture = architecture;
    }

    /**
     * @throws MalformedFileException if a key is missing or makes no sense
     * @throws UnsupportedModelException if the architecture is unknown, or has a part that no listed family has
     */
    static DecoderConfiguration read(GgufFile file) {
        String name = file.metadata().string("general.architecture");
        Architecture architecture = Architecture.of(name)
                .orElseThrow(() -> new UnsupportedModelException(
                        file.name(),
                        "architecture " + Quote.of(name) + " is not one that this version runs: "
                                + List.of(Architecture.values()).stream()
                                        .map(Architecture::key)
                                        .toList()));
        return new GgufConfiguration(file, architecture).read();
    }

    private DecoderConfiguration read() {
        if (metadata.count(key("expert_count"), 0) > 0) {
            throw new UnsupportedModelException(file.name(), "mixtures of experts are not supported");
        }
        int layers = count("block_count", MAX_LAYERS);
        int width = count("embedding_length", MAX_SIZE);
        int heads = count("attention.head_count", width);
        int keyHeads = metadata.has(key("attention.head_count_kv")) ? count("attention.head_count_kv", width) : heads;
        check("attention.head_count_kv", heads % keyHeads == 0, keyHeads + " does not divide " + heads + " heads");
        int keySize = headSize("attention.key_length", width, heads);
        int valueSize = headSize("attention.value_length", width, heads);
        int feedForward = count("feed_forward_length", MAX_SIZE);
        int context = count("context_length", Integer.MAX_VALUE);
        String normKey = architecture.isGpt2() ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon";
        double epsilon = number(normKey, metadata.number(key(normKey)));
        int window = window();
        Optional<RopeConfiguration> rope =
                architecture.isGpt2() ? Optional.empty() : Optional.of(rope(keySize, context));
        return new DecoderConfiguration(
                architecture,
                layers,
                width,
                heads,
                keyHeads,
                keySize,
                valueSize,
                feedForward,
                vocabulary(),
                context,
                (float) epsilon,
                architecture.isGemma() ? (float) Math.sqrt(width) : 1,
                (float) number(
                        "attention.scale",
                        metadata.number(key("attention.scale"), attentionScale(layers, width, heads, keySize))),
                softCap("attn_logit_softcapping", architecture == Architecture.GEMMA2 ? 50 : 0),
                softCap("final_logit_softcapping", architecture == Architecture.GEMMA2 ? 30 : 0),
                rope,
                rope.map(this::localRope),
                window,
                local(layers, window));
    }

    private String key(String name) {
        return architecture.key() + "." + name;
    }

    /** A count of at least 1, also where the file has one for each layer and they are all alike. */
    private int count(String name, int most) {
        String key = key(name);
        long value;
        if (metadata.find(key).orElse(null) instanceof GgufArray) {
            long[] values = metadata.integers(key);
            check(name, values.length > 0, "the array is empty");
            value = values[0];
            for (long each : values) {
                if (each != value) {
                    throw new UnsupportedModelException(file.name(), key + " differs between layers");
                }
            }
        } else {
            value = metadata.integer(key);
        }
        check(name, value >= 1 && value <= most, value + " is not between 1 and " + most);
        return (int) value;
    }

    private void check(String name, boolean holds, String problem) {
        if (!holds) {
            throw metadata.malformed(key(name), problem);
        }
    }

    private double number(String name, double value) {
        check(name, value >= 0 && value < Float.MAX_VALUE, value + " is not a finite number of at least 0");
        return value;
    }

    private int headSize(String name, int width, int heads) {
        if (metadata.has(key(name))) {
            return count(name, MAX_SIZE / heads);
        }
        check("attention.head_count", width % heads == 0, heads + " does not divide the width " + width);
        return width / heads;
    }

    /** The embedding table's rows: files need not say the number anywhere else. */
    private int vocabulary() {
        GgufTensor table = file.find("token_embd.weight").orElseThrow(() -> file.missing("token_embd.weight"));
        if (table.shape().rank() != 2
                || table.shape().size(0) < 1
                || table.shape().size(0) > Integer.MAX_VALUE / 2) {
            throw new MalformedFileException(
                    file.name(),
                    "tensor 'token_embd.weight'",
                    table.offset(),
                    table.shape() + " is no table of embeddings");
        }
        return (int) table.shape().size(0);
    }

    private float softCap(String name, double fallback) {
        return (float) number(name, metadata.number(key(name), fallback));
    }

    /** Gemma's 27B models scale by the width of a head in the residual stream, all others by the head's own. */
    private double attentionScale(int layers, int width, int heads, int keySize) {
        boolean byWidth = (architecture == Architecture.GEMMA2 && layers == 46)
                || (architecture == Architecture.GEMMA3 && layers == 62);
        return 1 / Math.sqrt(byWidth ? (double) width / heads : keySize);
    }

    private int window() {
        int fallback = architecture == Architecture.GEMMA2 ? 4096 : 0;
        return metadata.count(key("attention.sliding_window"), fallback);
    }

    private List<Boolean> local(int layers, int window) {
        if (window == 0) {
            return Collections.nCopies(layers, false);
        }
        String name = "attention.sliding_window_pattern";
        Optional<GgufValue> pattern = metadata.find(key(name));
        List<Boolean> local = new ArrayList<>(layers);
        if (pattern.orElse(null) instanceof GgufArray array) {
            check(name, array.length() >= layers, array.length() + " values for " + layers + " layers");
            boolean truths = array.elementType() == GgufValueType.BOOL;
            long[] numbers = truths ? new long[0] : metadata.integers(key(name));
            for (int i = 0; i < layers; i++) {
                local.add(truths ? array.bool(i) : numbers[i] != 0);
            }
            return local;
        }
        int period = metadata.count(key(name), period());
        for (int i = 0; i < layers; i++) {
            local.add(period == 0 || i % period < period - 1);
        }
        return local;
    }

    /** Every how many layers one sees everything; 0: none does. */
    private int period() {
        return switch (architecture) {
            case GEMMA2 -> 2;
            case GEMMA3 -> 6;
            case LLAMA, QWEN2, QWEN3, GEMMA, PHI3, GPT2 -> 0;
        };
    }

    private RopeConfiguration rope(int keySize, int context) {
        int size = metadata.count(key("rope.dimension_count"), keySize);
        check(
                "rope.dimension_count",
                size > 0 && size % 2 == 0 && size <= keySize,
                size + " of " + keySize + " elements");
        double base = metadata.number(key("rope.freq_base"), 10_000);
        check("rope.freq_base", base > 1 && base < 1e30, base + " is not a number over 1");
        return new RopeConfiguration(size, base, scaling(size / 2, context));
    }

    private RopeScaling scaling(int pairs, int context) {
        long original = metadata.count(key("rope.scaling.original_context_length"), context);
        check("rope.scaling.original_context_length", original > 0, original + " is not positive");
        Optional<float[]> within = factors("rope_factors_short.weight", pairs);
        Optional<float[]> past = factors("rope_factors_long.weight", pairs);
        double magnitude = number("rope.scaling.attn_factor", metadata.number(key("rope.scaling.attn_factor"), 0));
        if (within.isPresent() && past.isPresent()) {
            return new RopeScaling.LongRope(within.get(), past.get(), original, magnitude);
        }
        Optional<float[]> divisors = factors("rope_freqs.weight", pairs);
        if (divisors.isPresent()) {
            return new RopeScaling.Divisors(divisors.get());
        }
        double factor = metadata.number(key("rope.scaling.factor"), metadata.number(key("rope.scale_linear"), 1));
        check("rope.scaling.factor", factor >= 0 && factor < 1e9, factor + " is not a factor");
        String type = metadata.string(key("rope.scaling.type"), "linear");
        if (factor == 0 || factor == 1) {
            return new RopeScaling.None();
        }
        return switch (type) {
            case "none" -> new RopeScaling.None();
            case "linear" -> new RopeScaling.Linear(factor);
            case "yarn" -> yarn(factor, original, magnitude);
            default ->
                throw new UnsupportedModelException(
                        file.name(), "rope scaling " + Quote.of(type) + " is not supported");
        };
    }

    private RopeScaling yarn(double factor, long original, double magnitude) {
        String prefix = "rope.scaling.yarn_";
        double own = number(prefix + "attn_factor", metadata.number(key(prefix + "attn_factor"), magnitude));
        return new RopeScaling.Yarn(
                factor,
                original,
                number(prefix + "beta_fast", metadata.number(key(prefix + "beta_fast"), 32)),
                number(prefix + "beta_slow", metadata.number(key(prefix + "beta_slow"), 1)),
                own);
    }

    /** Layers with a window turn without scaling, in Gemma 3 also by another base. */
    private RopeConfiguration localRope(RopeConfiguration rope) {
        if (architecture != Architecture.GEMMA3) {
            return rope;
        }
        double base = metadata.number(key("rope.freq_base_swa"), 10_000);
        check("rope.freq_base_swa", base > 1 && base < 1e30, base + " is not a number over 1");
        return new RopeConfiguration(rope.size(), base, new RopeScaling.None());
    }

    private Optional<float[]> factors(String name, int pairs) {
        Optional<GgufTensor> found = file.find(name);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        GgufTensor tensor = found.get();
        if (tensor.shape().elements() != pairs || tensor.dtype() != DType.F32) {
            throw new MalformedFileException(
                    file.name(),
                    "tensor " + Quote.of(name),
                    tensor.offset(),
                    tensor.typeName() + tensor.shape() + " should be F32[" + pairs + "]");
        }
        MemorySegment data = file.data(name);
        float[] values = new float[pairs];
        for (int i = 0; i < pairs; i++) {
            values[i] = data.getAtIndex(FLOAT, i);
            if (!(values[i] > 0) || values[i] == Float.POSITIVE_INFINITY) {
                throw new MalformedFileException(
                        file.name(), "tensor " + Quote.of(name), tensor.offset() + 4L * i, values[i] + " is no factor");
            }
        }
        return Optional.of(values);
    }
}
