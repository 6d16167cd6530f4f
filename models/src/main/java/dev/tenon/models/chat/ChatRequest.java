package dev.tenon.models.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a template renders.
 *
 * @param tools descriptions of the tools a model may call, as JSON schemas; null where there are none
 * @param documents for templates that cite; null where there are none
 * @param addGenerationPrompt whether the text ends with the start of the model's answer
 * @param variables what else a template reads, such as {@code enable_thinking} or {@code date_string}; they come before
 *     the template's own tokens, such as {@code bos_token}
 */
public record ChatRequest(
        List<ChatMessage> messages,
        @Nullable List<Map<String, Object>> tools,
        @Nullable List<Map<String, Object>> documents,
        boolean addGenerationPrompt,
        Map<String, @Nullable Object> variables) {
    public ChatRequest {
        messages = List.copyOf(messages);
        variables = Collections.unmodifiableMap(new LinkedHashMap<>(variables));
    }

    /** Messages that the model is to answer. */
    public static ChatRequest of(List<ChatMessage> messages) {
        return new ChatRequest(messages, null, null, true, Map.of());
    }

    public ChatRequest withTools(List<Map<String, Object>> newTools) {
        return new ChatRequest(messages, newTools, documents, addGenerationPrompt, variables);
    }

    public ChatRequest withGenerationPrompt(boolean add) {
        return new ChatRequest(messages, tools, documents, add, variables);
    }

    public ChatRequest withVariable(String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(variables);
        more.put(name, value);
        return new ChatRequest(messages, tools, documents, addGenerationPrompt, more);
    }
}
