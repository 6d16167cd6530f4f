package dev.tenon.models.generate;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.DType;
import dev.tenon.Tenon;
import dev.tenon.models.cache.CacheSequence;
import dev.tenon.models.decoder.DecoderSession;
import dev.tenon.models.decoder.SessionOptions;
import dev.tenon.models.safetensors.SafetensorsFile;
import dev.tenon.models.sampling.SamplingOptions;
import dev.tenon.models.tokenizer.EncodeOptions;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Real models beside reference runs of them, from the folder that TENON_TEST_DATA names. */
class ReferenceRunsTest {
    private static @Nullable Path data;
    private static Tenon tenon;

    @BeforeAll
    static void open() {
        String folder = System.getenv("TENON_TEST_DATA");
        assumeTrue(folder != null, "TENON_TEST_DATA is not set: reference runs are skipped");
        data = Path.of(folder, "models");
        tenon = Tenon.open(dev.tenon.Configuration.DEFAULT);
    }

    @AfterAll
    static void close() {
        if (tenon != null) {
            tenon.close();
        }
    }

    private static LanguageModel model(String file) {
        return LanguageModel.open(data.resolve(file), tenon.device("cpu"));
    }

    private static LanguageModel smolLm2() {
        return model("smollm2/SmolLM2-135M-Instruct.Q4_1.gguf");
    }

    private static int[] storyIds() throws IOException {
        return Arrays.stream(Files.readString(data.resolve("stories260K.greedy-ids.txt"))
                        .strip()
                        .split("\\s+"))
                .mapToInt(Integer::parseInt)
                .toArray();
    }

    private static GenerationResult story(DType cacheType, int tokens, TextListener listener) {
        try (LanguageModel model = model("stories260K.gguf");
                DecoderSession session = model.session(SessionOptions.DEFAULT.withCacheType(cacheType));
                Generator generator = new Generator(session, model.tokenizer())) {
            int[] prompt = model.tokenizer().encode("", EncodeOptions.PROMPT);
            return generator.generate(prompt, GenerationOptions.DEFAULT.withMaxTokens(tokens), listener);
        }
    }

    @Test
    void stories260KWritesItsStory() throws IOException {
        StringBuilder streamed = new StringBuilder();
        int[] expected = storyIds();
        // The text has one token more than the list.
        GenerationResult result = story(DType.F32, 200, text -> {
            streamed.append(text);
            return true;
        });
        assertArrayEquals(expected, Arrays.copyOf(result.ids(), expected.length));
        assertEquals(Files.readString(data.resolve("stories260K.greedy.txt")), result.text());
        assertEquals(result.text(), streamed.toString());
        assertEquals(StopReason.LENGTH, result.stop());
    }

    @Test
    void stories260KKeepsItsStoryWithAnF16Cache() throws IOException {
        assertArrayEquals(
                Arrays.copyOf(storyIds(), 100),
                story(DType.F16, 100, TextListener.SILENT).ids());
    }

    @Test
    void smolLm2LogitsAreExact() {
        try (LanguageModel model = smolLm2();
                DecoderSession session = model.session(SessionOptions.DEFAULT.withContext(512));
                SafetensorsFile reference = SafetensorsFile.open(data.resolve("smollm2/logits.safetensors"));
                CacheSequence sequence = session.open()) {
            int[] ids = integers(reference, "ids");
            int[] positions = integers(reference, "positions");
            int[] top = integers(reference, "top1");
            float[] margins = floats(reference, "margin");
            float[] logits = floats(reference, "logits");
            int vocabulary = logits.length / positions.length;
            double[] worst = new double[1];
            session.prefill(sequence, ids, (from, rows) -> {
                for (int i = 0; i < rows.size(0); i++) {
                    float[] row = rows.select(0, i).toFloatArray();
                    int at = Arrays.binarySearch(positions, from + i);
                    for (int j = 0; at >= 0 && j < vocabulary; j++) {
                        worst[0] = Math.max(worst[0], Math.abs(row[j] - logits[at * vocabulary + j]));
                    }
                    if (margins[from + i] > 0.05) {
                        assertEquals(top[from + i], largest(row), "after token " + (from + i));
                    }
                }
            });
            assertTrue(worst[0] <= 0.002, "largest difference of a logit: " + worst[0]);
        }
    }

    @Test
    void smolLm2GoesOnAsTheReferenceDoes() {
        Json.Node document = Json.read(data.resolve("smollm2/greedy.json"));
        try (LanguageModel model = smolLm2();
                DecoderSession session = model.session(SessionOptions.DEFAULT.withContext(512));
                Generator generator = new Generator(session, model.tokenizer())) {
            for (Json.Node each : document.get("cases").list()) {
                String prompt = each.get("prompt").text();
                boolean chat = each.get("kind").text().equals("chat");
                int[] ids = model.tokenizer().encode(prompt, chat ? EncodeOptions.RENDERED : EncodeOptions.PROMPT);
                assertArrayEquals(each.get("prompt_ids").integers(), ids, prompt);
                int[] expected = each.get("greedy_ids").integers();
                double[] margins = each.get("margins").numbers();
                int certain = 0;
                while (certain < margins.length && margins[certain] >= 0.004) {
                    certain++;
                }
                GenerationResult result =
                        generator.generate(ids, GenerationOptions.DEFAULT.withMaxTokens(64), TextListener.SILENT);
                assertTrue(result.ids().length >= certain, prompt);
                assertArrayEquals(Arrays.copyOf(expected, certain), Arrays.copyOf(result.ids(), certain), prompt);
                if (certain == expected.length) {
                    assertEquals(each.get("text").text(), result.text());
                    assertEquals(each.get("stop").text(), result.stop().label());
                }
            }
        }
    }

    @Test
    void smolLm2PerplexityIsExact() throws IOException {
        Json.Node expected = Json.read(data.resolve("smollm2/perplexity.json"));
        byte[] text = Files.readAllBytes(data.resolveSibling("data").resolve("wikitext2-valid.txt"));
        try (LanguageModel model = smolLm2();
                DecoderSession session = model.session(SessionOptions.DEFAULT.withContext(512))) {
            int[] ids = model.tokenizer().encode(new String(text, 0, 16_384, java.nio.charset.StandardCharsets.UTF_8));
            assertArrayEquals(
                    Json.read(data.resolve("smollm2/wikitext_first16k.ids.json"))
                            .get("ids")
                            .integers(),
                    ids);
            Perplexity all = Perplexity.of(session, ids, 512, Perplexity.Scoring.ALL, done -> {});
            double value = expected.get("perplexity").number();
            assertEquals(value, all.value(), 0.001 * value);
            assertEquals(4205, all.scored());
            Perplexity half = Perplexity.of(session, ids, 512, Perplexity.Scoring.SECOND_HALF, done -> {});
            assertEquals(expected.get("second_half_perplexity").number(), half.value(), 0.001 * half.value());
            assertEquals(2040, half.scored());
        }
    }

    @Test
    void generationEndsAsAsked() {
        try (LanguageModel model = model("stories260K.gguf");
                DecoderSession session = model.session(SessionOptions.DEFAULT.withContext(40));
                Generator generator = new Generator(session, model.tokenizer())) {
            int[] prompt = model.tokenizer().encode("Once upon a time", EncodeOptions.PROMPT);
            GenerationOptions options = GenerationOptions.DEFAULT;
            GenerationResult full = generator.generate(prompt, options, TextListener.SILENT);
            assertEquals(StopReason.CONTEXT, full.stop());
            assertEquals(40 - prompt.length + 1, full.ids().length);
            GenerationResult stopped =
                    generator.generate(prompt, options.withStops(List.of(" girl")), TextListener.SILENT);
            assertEquals(", there was a little", stopped.text());
            assertEquals(StopReason.STOP, stopped.stop());
            assertEquals(prompt.length - 1, stopped.reused(), "the prompt was in the cache");
            GenerationResult cancelled = generator.generate(prompt, options, text -> false);
            assertEquals(StopReason.CANCELLED, cancelled.stop());
            SamplingOptions warm = SamplingOptions.GREEDY.withTemperature(1).withSeed(5);
            String once = generator
                    .generate(prompt, options.withSampling(warm), TextListener.SILENT)
                    .text();
            generator.clear();
            assertEquals(
                    once,
                    generator
                            .generate(prompt, options.withSampling(warm), TextListener.SILENT)
                            .text());
        }
    }

    private static int largest(float[] row) {
        int best = 0;
        for (int i = 1; i < row.length; i++) {
            best = row[i] > row[best] ? i : best;
        }
        return best;
    }

    private static int[] integers(SafetensorsFile file, String name) {
        MemorySegment bytes = file.data(name);
        return file.info(name).dtype() == DType.I64
                ? Arrays.stream(bytes.toArray(ValueLayout.JAVA_LONG_UNALIGNED))
                        .mapToInt(Math::toIntExact)
                        .toArray()
                : bytes.toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    private static float[] floats(SafetensorsFile file, String name) {
        return file.data(name).toArray(ValueLayout.JAVA_FLOAT_UNALIGNED);
    }
}
