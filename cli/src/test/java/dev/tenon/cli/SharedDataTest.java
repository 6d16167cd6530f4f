package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** Real models and templates through the command line, from the folder that TENON_TEST_DATA names. */
class SharedDataTest {
    private static Path data;

    @BeforeAll
    static void find() {
        String folder = System.getenv("TENON_TEST_DATA");
        assumeTrue(folder != null, "TENON_TEST_DATA is not set: real models are skipped");
        data = Path.of(folder);
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> json(Path file) throws Exception {
        return JsonMapper.shared().readValue(Files.readString(file), Map.class);
    }

    @Test
    void stories260KTellsItsStory() throws Exception {
        Path model = data.resolve("models/stories260K.gguf");
        String story = Files.readString(data.resolve("models/stories260K.greedy.txt"));
        CommandRun run = CommandRun.of("generate", "--model", model, "--prompt", "", "--max-tokens", 200);
        assertEquals(new CommandRun(0, story + System.lineSeparator(), ""), run);
        CommandRun half = CommandRun.of(
                "generate", "-m", model, "-p", "", "-n", 100, "--cache-type", "F16", "--threads", 1, "--json");
        String ids = Files.readString(data.resolve("models/stories260K.greedy-ids.txt"));
        List<Integer> expected = Stream.of(ids.strip().split("\\s+"))
                .limit(100)
                .map(Integer::valueOf)
                .toList();
        assertEquals(expected, half.json().get("ids"));
    }

    @Test
    void smolLm2AnswersInChat() throws Exception {
        Path folder = data.resolve("models/smollm2");
        Path model = folder.resolve("SmolLM2-135M-Instruct.Q4_1.gguf");
        Map<?, ?> chat = ((List<?>) json(folder.resolve("greedy.json")).get("cases"))
                .stream()
                        .map(each -> (Map<?, ?>) each)
                        .filter(each -> each.get("kind").equals("chat")
                                && messages(each).size() == 1)
                        .findFirst()
                        .orElseThrow();
        String question = (String) messages(chat).getFirst().get("content");
        CommandRun run = CommandRun.of("generate", "-m", model, "--chat", "-p", question, "-n", 8, "--json");
        assertEquals(0, run.status(), run.err());
        assertEquals(chat.get("prompt_ids"), run.json().get("prompt_ids"));
        List<?> expected = ((List<?>) chat.get("greedy_ids")).subList(0, 8);
        List<?> margins = ((List<?>) chat.get("margins")).subList(0, 8);
        assertTrue(margins.stream().allMatch(margin -> ((Number) margin).doubleValue() > 0.004), "a clear case");
        assertEquals(expected, run.json().get("ids"));
    }

    @SuppressWarnings("unchecked")
    private static List<Map<String, Object>> messages(Map<?, ?> chat) {
        return (List<Map<String, Object>>) chat.get("messages");
    }

    @Test
    void smolLm2TokenizesAsItsReference() throws Exception {
        Path folder = data.resolve("models/smollm2");
        String text = new String(Files.readAllBytes(data.resolve("data/wikitext2-valid.txt")), 0, 16_384, "UTF-8");
        CommandRun run =
                CommandRun.with(text, "tokenize", "-m", folder.resolve("SmolLM2-135M-Instruct.Q4_1.gguf"), "--json");
        assertEquals(
                json(folder.resolve("wikitext_first16k.ids.json")).get("ids"),
                run.json().get("ids"));
    }

    @Test
    void chatTemplatesRenderAsTransformersDoes() throws Exception {
        Path folder = data.resolve("conformance/chat-templates");
        Map<String, Object> inputs = json(folder.resolve("inputs.json"));
        List<Path> templates;
        try (Stream<Path> files = Files.list(folder)) {
            templates = files.filter(file -> file.toString().endsWith(".jinja"))
                    .sorted()
                    .toList();
        }
        assertFalse(templates.isEmpty());
        for (Path template : templates) {
            Map<String, Object> expected = json(Path.of(template.toString().replace(".jinja", ".expected.json")));
            for (Map.Entry<String, Object> each : expected.entrySet()) {
                CommandRun run = CommandRun.with(
                        JsonMapper.shared().writeValueAsString(request(inputs, each.getKey())), "render", template);
                if (each.getValue() instanceof String prompt) {
                    assertEquals(new CommandRun(0, prompt, ""), run, template + " " + each.getKey());
                } else {
                    assertEquals(1, run.status(), template + " " + each.getKey());
                }
            }
        }
    }

    /** The document for a case such as {@code single|generation_prompt=True|tools=False}. */
    private static Map<String, Object> request(Map<String, Object> inputs, String key) {
        String[] parts = key.split("\\|", -1);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("messages", ((Map<?, ?>) inputs.get("conversations")).get(parts[0]));
        document.put("add_generation_prompt", parts[1].endsWith("True"));
        if (parts[2].endsWith("True")) {
            document.put("tools", inputs.get("tools"));
        }
        ((Map<?, ?>) inputs.get("variables")).forEach((name, value) -> document.put((String) name, value));
        return document;
    }
}
