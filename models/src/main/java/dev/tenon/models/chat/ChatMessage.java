package dev.tenon.models.chat;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of a conversation: the fields that a template reads, as JSON would have them (null, truth values, numbers,
 * strings, lists and maps). Most templates read {@code role} and {@code content}; some {@code tool_calls}, {@code name},
 * {@code reasoning_content}.
 */
public record ChatMessage(Map<String, @Nullable Object> fields) {
    public ChatMessage {
        fields = Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /** A message of a role with a text. */
    public static ChatMessage of(String role, String content) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", role);
        fields.put("content", content);
        return new ChatMessage(fields);
    }

    public static ChatMessage system(String content) {
        return of("system", content);
    }

    public static ChatMessage user(String content) {
        return of("user", content);
    }

    public static ChatMessage assistant(String content) {
        return of("assistant", content);
    }

    /** The answer of a tool that the model called. */
    public static ChatMessage tool(String content) {
        return of("tool", content);
    }

    /** What the model asked of tools: each a map with a {@code function} of {@code name} and {@code arguments}. */
    public static ChatMessage toolCalls(List<Map<String, Object>> calls) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        fields.put("role", "assistant");
        fields.put("content", null);
        fields.put("tool_calls", calls);
        return new ChatMessage(fields);
    }

    /** The message with one field more, or another value of it. */
    public ChatMessage with(String name, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(fields);
        more.put(name, value);
        return new ChatMessage(more);
    }
}
