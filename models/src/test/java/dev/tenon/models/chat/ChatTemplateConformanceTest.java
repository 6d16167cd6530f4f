package dev.tenon.models.chat;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Templates of real models against the text, or the error, that transformers gives. */
class ChatTemplateConformanceTest {
    @Test
    void rendersAsTransformersDoes() throws IOException {
        Path folder = TestData.path("conformance", "chat-templates");
        Map<String, @Nullable Object> inputs = TestData.object(TestData.json(folder.resolve("inputs.json")));
        List<Path> templates;
        try (Stream<Path> files = Files.list(folder)) {
            templates = files.filter(path -> path.toString().endsWith(".jinja"))
                    .sorted()
                    .toList();
        }
        assertTrue(!templates.isEmpty(), "no template in " + folder);
        for (Path path : templates) {
            String name = path.getFileName().toString();
            ChatTemplate template = ChatTemplate.parse(name, Files.readString(path), Map.of());
            Path expected = folder.resolve(name.replace(".jinja", ".expected.json"));
            TestData.object(TestData.json(expected))
                    .forEach((key, value) -> check(template, inputs, name + " " + key, key, value));
        }
    }

    private static void check(
            ChatTemplate template,
            Map<String, @Nullable Object> inputs,
            String context,
            String key,
            @Nullable Object expected) {
        String[] parts = key.split("\\|", -1);
        Object conversation = TestData.object(inputs.get("conversations")).get(parts[0]);
        ChatRequest request = ChatRequest.of(((List<?>) Objects.requireNonNull(conversation))
                        .stream()
                                .map(message -> new ChatMessage(TestData.object(message)))
                                .toList())
                .withGenerationPrompt(parts[1].endsWith("True"));
        for (Map.Entry<String, @Nullable Object> variable :
                TestData.object(inputs.get("variables")).entrySet()) {
            request = request.withVariable(variable.getKey(), variable.getValue());
        }
        if (parts[2].endsWith("True")) {
            @SuppressWarnings("unchecked")
            List<Map<String, Object>> tools = (List<Map<String, Object>>) Objects.requireNonNull(inputs.get("tools"));
            request = request.withTools(tools);
        }
        if (expected instanceof String text) {
            assertEquals(text, template.render(request), context);
        } else {
            ChatRequest refused = request;
            ChatTemplateException error =
                    assertThrows(ChatTemplateException.class, () -> template.render(refused), context);
            assertEquals(TestData.object(expected).get("error"), error.type() + ": " + error.detail(), context);
        }
    }
}
