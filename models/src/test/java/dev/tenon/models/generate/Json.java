package dev.tenon.models.generate;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/** Reads JSON documents for tests into maps, lists, strings and numbers. */
final class Json {
    private Json() {}

    /** A value of a document. */
    record Node(Object value) {
        @SuppressWarnings("unchecked")
        Node get(String key) {
            Object found = ((Map<String, Object>) value).get(key);
            if (found == null) {
                throw new AssertionError("no key " + key);
            }
            return new Node(found);
        }

        List<Node> list() {
            return ((List<?>) value)
                    .stream().map(each -> new Node((Object) each)).toList();
        }

        String text() {
            return (String) value;
        }

        double number() {
            return ((Number) value).doubleValue();
        }

        double[] numbers() {
            return list().stream().mapToDouble(Node::number).toArray();
        }

        int[] integers() {
            return list().stream()
                    .mapToInt(node -> ((Number) node.value).intValue())
                    .toArray();
        }
    }

    static Node read(Path path) {
        try (JsonParser parser = new JsonFactory().createParser(ObjectReadContext.empty(), path)) {
            return new Node(value(parser, parser.nextToken()));
        }
    }

    private static Object value(JsonParser parser, @Nullable JsonToken token) {
        return switch (token) {
            case START_OBJECT -> {
                Map<String, Object> map = new LinkedHashMap<>();
                while (parser.nextToken() != JsonToken.END_OBJECT) {
                    String key = parser.currentName();
                    map.put(key, value(parser, parser.nextToken()));
                }
                yield map;
            }
            case START_ARRAY -> {
                List<Object> list = new ArrayList<>();
                for (JsonToken each = parser.nextToken(); each != JsonToken.END_ARRAY; each = parser.nextToken()) {
                    list.add(value(parser, each));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> parser.getLongValue();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case null, default -> throw new AssertionError("unexpected " + token);
        };
    }
}
