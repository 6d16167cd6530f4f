package dev.tenon.models.decoder;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Tenon;
import dev.tenon.error.MalformedFileException;
import dev.tenon.error.TenonException;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufTensor;
import dev.tenon.models.gguf.GgufValue;
import dev.tenon.models.gguf.GgufValueType;
import dev.tenon.models.gguf.GgufWriter;
import dev.tenon.models.weights.WeightBytes;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole GGUF files whose model makes no sense: each is a typed error that names what is wrong. */
class HostileModelTest {
    @TempDir
    Path folder;

    /** The tiny Llama with one key changed (null: left out) and one tensor left out or cut to its first row. */
    private Path edited(String key, @Nullable GgufValue value, String tensor, boolean cut) throws Exception {
        Path original = Path.of(
                Objects.requireNonNull(getClass().getResource("llama.gguf")).toURI());
        Path path = folder.resolve("edited.gguf");
        try (GgufFile file = GgufFile.open(original)) {
            GgufWriter writer = new GgufWriter();
            for (String each : file.metadata().keys()) {
                if (!each.equals(key)) {
                    writer.put(each, file.metadata().find(each).orElseThrow());
                }
            }
            if (value != null) {
                writer.put(key, value);
            }
            for (GgufTensor each : file.tensors()) {
                if (!each.name().equals(tensor)) {
                    writer.tensor(each.name(), each.shape(), each.type(), WeightBytes.of(file.data(each.name())));
                } else if (cut) {
                    long row = each.byteSize() / each.shape().size(0);
                    writer.tensor(
                            each.name(),
                            each.shape().with(0, 1),
                            each.type(),
                            WeightBytes.of(file.data(each.name()).asSlice(0, row)));
                }
            }
            writer.write(path);
        }
        return path;
    }

    private static TenonException refused(Path path) {
        try (Tenon tenon = Tenon.open(dev.tenon.Configuration.DEFAULT)) {
            TenonException error = assertThrows(
                    TenonException.class,
                    () -> Decoder.open(path, tenon.device("cpu")).close());
            assertTrue(error.getMessage().contains("edited.gguf"), error.getMessage());
            return error;
        }
    }

    @ParameterizedTest
    @CsvSource({
        "llama.attention.head_count, 0",
        "llama.attention.head_count, 5",
        "llama.attention.head_count, 4294967295",
        "llama.attention.head_count_kv, 0",
        "llama.attention.head_count_kv, 3",
        "llama.block_count, 0",
        "llama.block_count, 2147483647",
        "llama.block_count, 3",
        "llama.embedding_length, 0",
        "llama.embedding_length, 4294967295",
        "llama.embedding_length, 64",
        "llama.feed_forward_length, 0",
        "llama.feed_forward_length, 1000000000",
        "llama.context_length, 0",
        "llama.rope.dimension_count, 7",
        "llama.rope.dimension_count, 1000000",
        "llama.attention.key_length, 0",
        "llama.attention.key_length, 4000000000",
        "llama.attention.value_length, 3",
        "llama.expert_count, 8",
    })
    void absurdCountsAreRefused(String key, long value) throws Exception {
        refused(edited(key, new GgufValue.Int(GgufValueType.UINT32, value), "", false));
    }

    @ParameterizedTest
    @CsvSource({
        "llama.rope.freq_base, 0",
        "llama.rope.freq_base, NaN",
        "llama.rope.freq_base, -5",
        "llama.attention.layer_norm_rms_epsilon, NaN",
        "llama.attention.layer_norm_rms_epsilon, -1",
        "llama.rope.scaling.factor, NaN",
        "llama.rope.scaling.factor, -2",
        "llama.attention.scale, Infinity",
    })
    void absurdNumbersAreRefused(String key, float value) throws Exception {
        refused(edited(key, new GgufValue.Real(GgufValueType.FLOAT32, value), "", false));
    }

    @Test
    void unknownArchitectureIsNamed() throws Exception {
        TenonException error = refused(edited("general.architecture", GgufValue.Text.of("rwkv9"), "", false));
        assertTrue(error instanceof UnsupportedModelException, error.toString());
        assertTrue(error.getMessage().contains("rwkv9"), error.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "token_embd.weight",
        "output_norm.weight",
        "output.weight",
        "blk.1.attn_q.weight",
        "blk.0.attn_norm.weight",
        "blk.1.ffn_down.weight",
        "blk.0.ffn_up.weight"
    })
    void damagedTensorsAreNamed(String tensor) throws Exception {
        TenonException cut = refused(edited("none", null, tensor, true));
        assertTrue(cut instanceof MalformedFileException, cut.toString());
        if (!tensor.equals("output.weight")) {
            assertTrue(refused(edited("none", null, tensor, false)).getMessage().contains(tensor), tensor);
        }
    }

    @Test
    void missingKeysAreNamed() throws Exception {
        for (String key : new String[] {
            "general.architecture", "llama.block_count", "llama.attention.head_count", "llama.context_length"
        }) {
            assertTrue(refused(edited(key, null, "", false)).getMessage().contains(key), key);
        }
    }
}
