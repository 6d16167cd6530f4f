package dev.tenon.models.chat.jinja;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Renders templates of tests, over one set of variables. */
final class Rendering {
    private static final Map<String, @Nullable Object> VARIABLES = variables();

    private static Map<String, @Nullable Object> variables() {
        Map<String, Object> function = Map.of("name", "f", "arguments", ordered("x", 1, "y", "\u00E9\""));
        Map<String, @Nullable Object> variables = new HashMap<>();
        variables.put(
                "messages",
                List.of(
                        ordered("role", "system", "content", " Sys "),
                        ordered("role", "user", "content", "Hi <b>"),
                        ordered(
                                "role",
                                "assistant",
                                "content",
                                null,
                                "tool_calls",
                                List.of(Map.of("function", function)))));
        variables.put("tools", null);
        variables.put("s", "Hello, World");
        variables.put("n", 3);
        variables.put("f", 2.5);
        variables.put("none", null);
        variables.put("l", List.of(3, 1, 2));
        variables.put("d", ordered("b", 1, "a", "x"));
        variables.put("u", "\u00E9\u6F22\uD83E\uDD99");
        return variables;
    }

    private static Map<String, @Nullable Object> ordered(@Nullable Object... pairs) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            map.put(String.valueOf(pairs[i]), pairs[i + 1]);
        }
        return map;
    }

    private Rendering() {}

    static String render(String template) {
        return JinjaTemplate.parse(template)
                .render(VARIABLES, Limits.DEFAULT, () -> ZonedDateTime.parse("2024-07-06T05:04:03Z"));
    }

    static void check(String expected, String template) {
        assertEquals(expected, render(template), template);
    }

    /** Fails at line 1 with {@code "type: detail"}. */
    static void fails(String expected, String template) {
        JinjaTemplate.LocatedError error =
                assertThrows(JinjaTemplate.LocatedError.class, () -> render(template), template);
        assertEquals(expected, error.error().type() + ": " + error.error().detail(), template);
        assertEquals(1, error.line(), template);
    }

    /** Is no template. */
    static void refused(String template) {
        JinjaTemplate.LocatedError error =
                assertThrows(JinjaTemplate.LocatedError.class, () -> JinjaTemplate.parse(template), template);
        assertEquals("TemplateSyntaxError", error.error().type(), template);
    }
}
