package dev.tenon.models.tokenizer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.models.chat.ChatMessage;
import dev.tenon.models.chat.ChatRequest;
import dev.tenon.models.chat.ChatTemplate;
import dev.tenon.models.chat.TestData;
import dev.tenon.models.gguf.GgufFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Tokenizers of real models against the ids that their own tools give. */
class TokenizerConformanceTest {
    private static final String MODEL = "SmolLM2-135M-Instruct.Q4_1.gguf";

    private static Tokenizer read(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            return GgufTokenizer.read(file.metadata());
        }
    }

    @Test
    void vocabulariesWithExpectedIds() throws IOException {
        Path folder = TestData.path("conformance", "tokenizers");
        List<Path> vocabularies;
        try (Stream<Path> files = Files.list(folder)) {
            vocabularies = files.filter(path -> path.toString().endsWith(".gguf"))
                    .sorted()
                    .toList();
        }
        assertTrue(!vocabularies.isEmpty(), "no vocabulary in " + folder);
        for (Path vocabulary : vocabularies) {
            Tokenizer tokenizer = read(vocabulary);
            String[] texts = Files.readString(Path.of(vocabulary + ".inp")).split("\n__ggml_vocab_test__\n", -1);
            List<String> expected =
                    List.of(Files.readString(Path.of(vocabulary + ".out")).split("\n", -1));
            assertEquals(expected.size(), texts.length, vocabulary + ": cases");
            for (int i = 0; i < texts.length; i++) {
                int[] ids = tokenizer.encode(texts[i]);
                String context = vocabulary.getFileName() + ", case " + i + ": \"" + texts[i] + "\"";
                assertEquals(expected.get(i).strip(), written(ids), context);
                assertEquals(texts[i], tokenizer.decode(ids), context);
            }
        }
    }

    private static String written(int[] ids) {
        return String.join(" ", Arrays.stream(ids).mapToObj(Integer::toString).toList());
    }

    @Test
    void gpt2Encodings() throws IOException {
        Path csv = TestData.path("conformance", "tokenizers", "r50k_base_encodings.csv");
        Tokenizer tokenizer = read(TestData.path("conformance", "tokenizers", "ggml-vocab-gpt-2.gguf"));
        List<List<String>> rows = csv(Files.readString(csv));
        assertTrue(rows.size() > 10, "rows");
        for (List<String> row : rows.subList(1, rows.size())) {
            int[] expected = Arrays.stream(
                            row.get(1).replaceAll("[\\[\\] ]", "").split(","))
                    .filter(number -> !number.isEmpty())
                    .mapToInt(Integer::parseInt)
                    .toArray();
            assertArrayEquals(expected, tokenizer.encode(row.get(0)), row.get(0));
            assertEquals(row.get(0), tokenizer.decode(expected));
        }
    }

    /** Rows of fields; a field in quotes may hold anything, its quotes doubled. */
    private static List<List<String>> csv(String text) {
        List<List<String>> rows = new ArrayList<>();
        List<String> row = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted) {
                boolean doubled = c == '"' && i + 1 < text.length() && text.charAt(i + 1) == '"';
                if (c != '"' || doubled) {
                    field.append(c);
                    i += doubled ? 1 : 0;
                } else {
                    quoted = false;
                }
            } else if (c == '"') {
                quoted = true;
            } else if (c == ',' || c == '\n') {
                row.add(field.toString());
                field.setLength(0);
                if (c == '\n') {
                    rows.add(row);
                    row = new ArrayList<>();
                }
            } else if (c != '\r') {
                field.append(c);
            }
        }
        return rows;
    }

    @Test
    void smolLmOnWikiText() throws IOException {
        Tokenizer tokenizer = read(TestData.path("models", "smollm2", MODEL));
        byte[] text = Arrays.copyOf(Files.readAllBytes(TestData.path("data", "wikitext2-valid.txt")), 16384);
        Object json = TestData.json(TestData.path("models", "smollm2", "wikitext_first16k.ids.json"));
        int[] expected = TestData.ints(TestData.object(json).get("ids"));
        assertArrayEquals(expected, tokenizer.encode(new String(text, StandardCharsets.UTF_8)));
    }

    @Test
    void smolLmPromptsAndChats() {
        Path model = TestData.path("models", "smollm2", MODEL);
        Object json = TestData.json(TestData.path("models", "smollm2", "greedy.json"));
        Tokenizer tokenizer;
        ChatTemplate template;
        try (GgufFile file = GgufFile.open(model)) {
            tokenizer = GgufTokenizer.read(file.metadata());
            template = ChatTemplate.read(file.metadata(), tokenizer).orElseThrow();
        }
        int chats = 0;
        for (Object each :
                (List<?>) Objects.requireNonNull(TestData.object(json).get("cases"))) {
            Map<String, @Nullable Object> testCase = TestData.object(each);
            String prompt = String.valueOf(testCase.get("prompt"));
            boolean chat = "chat".equals(testCase.get("kind"));
            EncodeOptions options = chat ? EncodeOptions.RENDERED : EncodeOptions.PROMPT;
            assertArrayEquals(TestData.ints(testCase.get("prompt_ids")), tokenizer.encode(prompt, options), prompt);
            assertEquals(
                    String.valueOf(testCase.get("text")),
                    tokenizer.decode(withoutEnd(TestData.ints(testCase.get("greedy_ids")), tokenizer)),
                    prompt);
            if (chat) {
                chats++;
                List<ChatMessage> messages = ((List<?>) Objects.requireNonNull(testCase.get("messages")))
                        .stream()
                                .map(message -> new ChatMessage(TestData.object(message)))
                                .toList();
                assertEquals(prompt, template.render(ChatRequest.of(messages)));
            }
        }
        assertTrue(chats > 0, "chats");
    }

    private static int[] withoutEnd(int[] ids, Tokenizer tokenizer) {
        boolean ends = ids.length > 0 && tokenizer.isEndOfGeneration(ids[ids.length - 1]);
        return ends ? Arrays.copyOf(ids, ids.length - 1) : ids;
    }

    @Test
    void storiesGreedyText() throws IOException {
        Tokenizer tokenizer = read(TestData.path("models", "stories260K.gguf"));
        int[] ids = Arrays.stream(Files.readString(TestData.path("models", "stories260K.greedy-ids.txt"))
                        .strip()
                        .split("[\\s,]+"))
                .mapToInt(Integer::parseInt)
                .toArray();
        String text = Files.readString(TestData.path("models", "stories260K.greedy.txt"));
        assertTrue(text.strip().startsWith(tokenizer.decode(ids).strip()), tokenizer.decode(ids));
    }
}
