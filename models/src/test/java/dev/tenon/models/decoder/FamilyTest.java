package dev.tenon.models.decoder;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.gguf.GgufFile;
import java.lang.foreign.ValueLayout;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Every family beside Hugging Face's own code for it: tiny models with random weights, whose files also hold token ids and
 * the logits that it gives in double precision (see models/src/test/python/make_family_models.py).
 */
class FamilyTest {
    /** F32 through two layers (Gemma 3: seven); logits reach 10. */
    private static final float TOLERANCE = 2e-4f;

    private static Tenon tenon;
    private static Device device;

    @BeforeAll
    static void open() {
        tenon = Tenon.open(dev.tenon.Configuration.DEFAULT);
        device = tenon.device("cpu");
    }

    @AfterAll
    static void close() {
        tenon.close();
    }

    private static Path file(String name) {
        try {
            URI uri = Objects.requireNonNull(FamilyTest.class.getResource(name + ".gguf"))
                    .toURI();
            return Path.of(uri);
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private record Reference(int[] ids, float[][] logits) {
        static Reference of(Decoder decoder) {
            GgufFile file = (GgufFile) decoder.source();
            int[] ids = file.data("reference.ids").toArray(ValueLayout.JAVA_INT);
            float[] flat = file.data("reference.logits").toArray(ValueLayout.JAVA_FLOAT);
            float[][] rows = new float[ids.length][];
            int width = flat.length / ids.length;
            Arrays.setAll(rows, i -> Arrays.copyOfRange(flat, i * width, (i + 1) * width));
            return new Reference(ids, rows);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "llama",
                "llama-tied-bias",
                "llama3",
                "llama-linear",
                "llama-yarn",
                "mistral-window",
                "qwen2",
                "qwen3",
                "gemma",
                "gemma2",
                "gemma3",
                "phi3",
                "phi3-longrope",
                "gpt2"
            })
    void logitsAreThoseOfTheFamilysOwnCode(String name) {
        // Pages and chunks that do not divide the text, so that every boundary is crossed.
        SessionOptions options = new SessionOptions(64, 2, DType.F32, 5, 7);
        try (Decoder decoder = Decoder.open(file(name), device);
                DecoderSession session = new DecoderSession(decoder, options)) {
            Reference reference = Reference.of(decoder);
            float[][] whole = new float[reference.ids.length][];
            try (CacheSequence sequence = session.open()) {
                session.prefill(sequence, reference.ids, (from, logits) -> {
                    for (int i = 0; i < logits.size(0); i++) {
                        whole[from + i] = logits.select(0, i).toFloatArray();
                    }
                });
            }
            for (int i = 0; i < whole.length; i++) {
                assertArrayEquals(reference.logits[i], whole[i], TOLERANCE, name + " after token " + i);
            }
            assertArrayEquals(reference.logits[39], lastOfPrompt(session, reference.ids), TOLERANCE, name);
            decodedOneByOne(session, reference, name);
        }
    }

    private static float[] lastOfPrompt(DecoderSession session, int[] ids) {
        try (CacheSequence sequence = session.open()) {
            return session.prefill(sequence, ids).toFloatArray();
        }
    }

    /** Two sequences at once, the second three tokens behind, each token a replayed step. */
    private static void decodedOneByOne(DecoderSession session, Reference reference, String name) {
        int[] ids = reference.ids;
        try (CacheSequence first = session.open();
                CacheSequence second = session.open()) {
            session.prefill(first, Arrays.copyOf(ids, 10));
            session.prefill(second, Arrays.copyOf(ids, 7));
            for (int i = 10; i < ids.length; i++) {
                Tensor logits = session.decode(List.of(first, second), new int[] {ids[i], ids[i - 3]});
                assertArrayEquals(reference.logits[i], logits.select(0, 0).toFloatArray(), TOLERANCE, name);
                assertArrayEquals(reference.logits[i - 3], logits.select(0, 1).toFloatArray(), TOLERANCE, name);
            }
            assertEquals(ids.length, first.length());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"llama", "gemma2", "gpt2"})
    void capturedStepGivesTheBitsOfTheEagerOne(String name) {
        SessionOptions options = new SessionOptions(64, 1, DType.F32, 8, 64);
        try (Decoder decoder = Decoder.open(file(name), device);
                DecoderSession captured = new DecoderSession(decoder, options);
                DecoderSession eager = new DecoderSession(decoder, options)) {
            eager.runEagerly();
            int[] ids = Reference.of(decoder).ids;
            try (CacheSequence one = captured.open();
                    CacheSequence other = eager.open()) {
                for (int id : ids) {
                    float[] expected =
                            eager.decode(List.of(other), new int[] {id}).toFloatArray();
                    assertArrayEquals(
                            expected,
                            captured.decode(List.of(one), new int[] {id}).toFloatArray(),
                            0f);
                }
            }
        }
    }

    /** Far past the point at which the just-in-time compiler replaces the code that ran first. */
    @Test
    void replaysGiveTheSameBitsHoweverWarm() {
        try (Decoder decoder = Decoder.open(file("llama"), device);
                DecoderSession session = new DecoderSession(decoder, SessionOptions.DEFAULT.withContext(64));
                CacheSequence sequence = session.open()) {
            int[] ids = Reference.of(decoder).ids;
            session.prefill(sequence, ids);
            float[] first = session.decode(List.of(sequence), new int[] {5}).toFloatArray();
            for (int i = 0; i < 3000; i++) {
                sequence.truncate(ids.length);
                float[] again = session.decode(List.of(sequence), new int[] {5}).toFloatArray();
                assertArrayEquals(first, again, 0f, "step " + i);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void halfPrecisionCacheIsClose(DType type) {
        try (Decoder decoder = Decoder.open(file("llama"), device);
                DecoderSession session = new DecoderSession(decoder, new SessionOptions(64, 1, type, 16, 64))) {
            Reference reference = Reference.of(decoder);
            float[] logits = lastOfPrompt(session, reference.ids);
            double worst = 0;
            for (int i = 0; i < logits.length; i++) {
                worst = Math.max(worst, Math.abs(logits[i] - reference.logits[39][i]));
            }
            assertTrue(worst > 0 && worst < (type == DType.F16 ? 0.02 : 0.2), type + ": " + worst);
        }
    }

    /** Of the logits' own size: each of a layer's operators rounds its result to 8 or 11 bits, 2^-9 or 2^-12 of it at most. */
    @ParameterizedTest
    @CsvSource({
        "llama, BF16",
        "llama, F16",
        "llama-tied-bias, BF16",
        "qwen3, BF16",
        "gemma2, BF16",
        "gemma3, F16",
        "phi3, BF16",
        "gpt2, BF16",
        "gpt2, F16"
    })
    void activationsOfSixteenBitsAreClose(String name, DType type) {
        SessionOptions options = new SessionOptions(64, 1, type, 16, 64).withActivations(type);
        try (Decoder decoder = Decoder.open(file(name), device);
                DecoderSession session = new DecoderSession(decoder, options)) {
            Reference reference = Reference.of(decoder);
            float[] logits = lastOfPrompt(session, reference.ids);
            float[] expected = reference.logits[reference.ids.length - 1];
            double error = 0;
            double size = 0;
            for (int i = 0; i < logits.length; i++) {
                error += Math.pow(logits[i] - expected[i], 2);
                size += Math.pow(expected[i], 2);
            }
            double relative = Math.sqrt(error / size);
            assertTrue(relative > 0 && relative < (type == DType.F16 ? 0x1p-7 : 0x1p-4), type + ": " + relative);
        }
    }
}
