package dev.tenon.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.InputOutputException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.models.chat.TestData;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.MemorySegment;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Against what the tokenizers library gives for the same files: see make_tokenizers.py. */
class TokenizerJsonTest {
    private static final EncodeOptions FRAMED = new EncodeOptions(true, true);

    private static Path resource(String name) {
        URL url = Objects.requireNonNull(TokenizerJsonTest.class.getResource(name), name);
        try {
            return Path.of(url.toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static String source(String name) throws IOException {
        return Files.readString(resource(name + ".tokenizer.json"));
    }

    private static Tokenizer read(String text) {
        return TokenizerJson.read(MemorySegment.ofArray(text.getBytes(StandardCharsets.UTF_8)), "test.json");
    }

    /** The tokenizer of a real model (BERT's uncased vocabulary), from a jar. */
    private static Tokenizer miniLm() throws IOException {
        String name = "all-minilm-l6-v2-q-tokenizer.json";
        try (InputStream in = Objects.requireNonNull(ClassLoader.getSystemResourceAsStream(name), name)) {
            return TokenizerJson.read(MemorySegment.ofArray(in.readAllBytes()), name);
        }
    }

    @TestFactory
    List<DynamicTest> idsAreThoseOfTheTokenizersLibrary() {
        List<DynamicTest> tests = new ArrayList<>();
        TestData.object(TestData.json(resource("expected.json")))
                .forEach((name, cases) -> tests.add(DynamicTest.dynamicTest(name, () -> {
                    Tokenizer tokenizer =
                            name.equals("minilm") ? miniLm() : TokenizerJson.read(resource(name + ".tokenizer.json"));
                    assertTrue(((List<?>) Objects.requireNonNull(cases)).size() > 20);
                    for (Object each : (List<?>) cases) {
                        check(tokenizer, TestData.object(each));
                    }
                })));
        assertEquals(17, tests.size());
        return tests;
    }

    private static void check(Tokenizer tokenizer, Map<String, @Nullable Object> expected) {
        String text = (String) Objects.requireNonNull(expected.get("text"));
        int[] ids = tokenizer.encode(text, EncodeOptions.RENDERED);
        assertArrayEquals(TestData.ints(expected.get("ids")), ids, () -> "\"" + text + "\": " + Arrays.toString(ids));
        assertArrayEquals(TestData.ints(expected.get("framed")), tokenizer.encode(text, FRAMED), text);
    }

    @Test
    void bytesComeBackAsTheText() throws IOException {
        for (String name : List.of("gpt2", "smollm", "llama3", "llama", "gemma", "mistral")) {
            Tokenizer tokenizer = read(source(name));
            for (String text : List.of("plain", "über\n\t 12", "山 👍🏽 \u0001")) {
                assertEquals(text, tokenizer.decode(tokenizer.encode(text)), name);
            }
        }
    }

    @Test
    void rolesComeFromTheTemplateAndTheNames() throws IOException {
        Tokenizer llama = read(source("llama"));
        assertEquals("<s>", llama.vocabulary().text(llama.special().bos()));
        assertTrue(llama.special().addBos() && !llama.special().addEos());
        assertTrue(llama.isEndOfGeneration(llama.vocabulary().find("</s>")));
        Tokenizer bert = miniLm();
        assertEquals(101, bert.special().bos());
        assertEquals(102, bert.special().separator());
        assertEquals(100, bert.special().unknown());
        assertEquals(0, bert.special().padding());
        assertEquals(103, bert.special().mask());
    }

    @Test
    void controlTokensAreNotMadeOfPlainText() throws IOException {
        Tokenizer tokenizer = read(source("llama3"));
        int end = tokenizer.vocabulary().find("<|end|>");
        assertTrue(Arrays.stream(tokenizer.encode("a<|end|>", EncodeOptions.RENDERED))
                .anyMatch(id -> id == end));
        assertFalse(Arrays.stream(tokenizer.encode("a<|end|>")).anyMatch(id -> id == end));
    }

    @Test
    void mergesMayBePairsOrLines() throws IOException {
        String pairs = source("gpt2");
        assertTrue(pairs.contains("[\"h\",\"e\"]"), "the library writes pairs");
        String lines = pairs.replaceAll("\\[\"([^\"\\[\\]]+)\",\"([^\"\\[\\]]+)\"\\]", "\"$1 $2\"");
        assertTrue(lines.contains("\"h e\""));
        String text = "The keeper of the light, isn't it?";
        assertArrayEquals(read(pairs).encode(text), read(lines).encode(text));
    }

    @Test
    void whatCannotBeGivenTheSameIdsIsRefusedByName() throws IOException {
        String gpt2 = source("gpt2");
        refused(
                "pre_tokenizer",
                gpt2.replace(
                        "\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"trim", "\"type\":\"Whitespace\",\"trim"));
        refused("single_word", gpt2.replace("\"single_word\":false", "\"single_word\":true"));
        refused("marks inside words", gpt2.replace("\"end_of_word_suffix\":null", "\"end_of_word_suffix\":\"</w>\""));
        refused("normalizer", gpt2.replace("\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}"));
        refused("the cut", source("llama3").replace("{1,3}", "{1,4}"));
        refused("\"Word\"", gpt2.replace("\"type\":\"BPE\"", "\"type\":\"Word\""));
        refused("BERT", source("bert").replace("\"max_input_chars_per_word\":100", "\"max_input_chars_per_word\":50"));
        refused("byte_fallback", source("llama").replace("\"byte_fallback\":true", "\"byte_fallback\":false"));
        refused("cleaned", source("bert").replace("\"clean_text\":true", "\"clean_text\":false"));
        refused("\"Strip\"", source("t5").replace("\"Precompiled\"", "\"NFKC\""));
        refused("unigram", source("unigram").replace("\"Metaspace\"", "\"ByteLevel\""));
    }

    @Test
    void damagedFilesAreRefusedByField() throws IOException {
        String gpt2 = source("gpt2");
        refused("JSON", "");
        refused("JSON", "{\"model\": ");
        refused("JSON", gpt2 + "x");
        refused("JSON", "[".repeat(100_000));
        refused("should be an object", "[]");
        refused("model", "{}");
        refused("model.vocab", "{\"model\":{\"type\":\"BPE\",\"merges\":[]}}");
        refused("model.vocab[a]", "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":-1},\"merges\":[]}}");
        refused("model.vocab[a]", "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":2000000000},\"merges\":[]}}");
        refused("model.vocab", "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0,\"b\":0},\"merges\":[]}}");
        refused(
                "model.vocab",
                "{\"model\":{\"type\":\"Unigram\",\"vocab\":[]},\"pre_tokenizer\":{\"type\":\"Metaspace\",\"replacement\":\"▁\"}}");
        refused("model.vocab[0]", "{\"model\":{\"type\":\"Unigram\",\"vocab\":[[\"a\"]]}}");
        refused("merges", gpt2.replace("[\"h\",\"e\"]", "[\"h\"]"));
        refused("merges", gpt2.replace("[\"h\",\"e\"]", "7"));
        refused("unk_token", source("bert").replace("\"unk_token\":\"[UNK]\"", "\"unk_token\":\"[NONE]\""));
        refused(
                "post_processor",
                source("llama").replace("{\"SpecialToken\":{\"id\":\"<s>\"", "{\"SpecialToken\":{\"id\":\"<q>\""));
        refused(
                "charsmap",
                source("unigram")
                        .replace(
                                "\"normalizer\":null",
                                "\"normalizer\":{\"type\":\"Precompiled\",\"precompiled_charsmap\":\"////\"}"));
        assertThrows(InputOutputException.class, () -> TokenizerJson.read(Path.of("none", "tokenizer.json")));
    }

    private static void refused(String part, String text) {
        MalformedFileException error = assertThrows(MalformedFileException.class, () -> read(text), part);
        assertEquals("test.json", error.file());
        assertTrue(String.valueOf(error.getMessage()).contains(part), error.getMessage());
    }

    /** Changed bytes give a tokenizer or a typed error. */
    @Test
    void mutatedFilesNeverCrash() throws IOException {
        Random random = new Random(Long.getLong("tenon.seed", 7));
        for (String name : List.of("gpt2", "llama", "t5", "bert")) {
            byte[] good = source(name).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 300; i++) {
                byte[] bad = good.clone();
                for (int change = random.nextInt(4); change >= 0; change--) {
                    bad[random.nextInt(bad.length)] = random.nextBoolean()
                            ? (byte) "{}[]\":,0-9eE\\ tfn".charAt(random.nextInt(16))
                            : (byte) random.nextInt();
                }
                if (random.nextInt(4) == 0) {
                    bad = Arrays.copyOf(bad, random.nextInt(bad.length));
                }
                try {
                    TokenizerJson.read(MemorySegment.ofArray(bad), "mutant").encode("The light, 12 nets");
                } catch (MalformedFileException expected) {
                    assertEquals("mutant", expected.file());
                }
            }
        }
    }
}
