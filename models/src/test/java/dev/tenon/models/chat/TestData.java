package dev.tenon.models.chat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** The shared test data, and JSON as maps, lists, strings, numbers, truth values and null. */
public final class TestData {
    private TestData() {}

    /** A file or folder of the test data; skips the test where there is none. */
    public static Path path(String first, String... more) {
        String folder = System.getenv("TENON_TEST_DATA");
        Assumptions.assumeTrue(folder != null, "TENON_TEST_DATA is not set");
        Path path = Path.of(folder, first).resolve(Path.of("", more));
        Assumptions.assumeTrue(Files.exists(path), path + " is not there");
        return path;
    }

    public static @Nullable Object json(Path path) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), path)) {
            return value(parser, parser.nextToken());
        }
    }

    @SuppressWarnings("unchecked")
    public static Map<String, @Nullable Object> object(@Nullable Object json) {
        if (json == null) {
            throw new AssertionError("null where an object should be");
        }
        return (Map<String, @Nullable Object>) json;
    }

    public static int[] ints(@Nullable Object json) {
        if (!(json instanceof List<?> list)) {
            throw new AssertionError("no list: " + json);
        }
        return list.stream().mapToInt(each -> ((Number) each).intValue()).toArray();
    }

    private static @Nullable Object value(JsonParser parser, @Nullable JsonToken token) {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, @Nullable Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    map.put(key, value(parser, parser.nextToken()));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                for (JsonToken each = parser.nextToken(); each != JsonToken.END_ARRAY; each = parser.nextToken()) {
                    list.add(value(parser, each));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case null, default -> throw new AssertionError("unexpected " + token);
        };
    }
}
