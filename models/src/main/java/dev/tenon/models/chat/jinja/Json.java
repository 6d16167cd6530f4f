package dev.tenon.models.chat.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's {@code json.dumps}. */
final class Json {
    private final StringBuilder out = new StringBuilder();
    private final boolean ascii;
    private final @Nullable String indent;
    private final String itemSeparator;
    private final String keySeparator;
    private final boolean sortKeys;
    private final Budget budget;

    private Json(
            boolean ascii,
            @Nullable String indent,
            String itemSeparator,
            String keySeparator,
            boolean sortKeys,
            Budget budget) {
        this.ascii = ascii;
        this.indent = indent;
        this.itemSeparator = itemSeparator;
        this.keySeparator = keySeparator;
        this.sortKeys = sortKeys;
        this.budget = budget;
    }

    /** The {@code tojson} filter as chat templates have it: characters as they are, nothing escaped for HTML. */
    static String dump(Value value, Arguments arguments) {
        Arguments.Bound bound = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
        String indent = null;
        if (bound.given(1)) {
            int width = bound.get(1) instanceof Value.Str ? 0 : Math.max(0, bound.integer(1, 0));
            arguments.budget().make(width);
            indent = bound.get(1) instanceof Value.Str text ? text.text() : " ".repeat(width);
        }
        String item = indent == null ? ", " : ",";
        String key = ": ";
        if (bound.given(2)) {
            List<Value> separators = Values.list(bound.get(2));
            if (separators.size() != 2) {
                throw PythonError.valueError("separators must be two");
            }
            item = Representation.string(separators.get(0));
            key = Representation.string(separators.get(1));
        }
        Json json = new Json(bound.flag(0, false), indent, item, key, bound.flag(3, false), arguments.budget());
        json.write(value, 0);
        return json.out.toString();
    }

    private void write(Value value, int depth) {
        if (depth > Values.DEEPEST) {
            throw new PythonError("RecursionError", "maximum recursion depth exceeded while encoding a JSON object");
        }
        budget.step();
        budget.make(out.length() >> 8);
        switch (value) {
            case Value.None ignored -> out.append("null");
            case Value.Bool bool -> out.append(bool == Value.Bool.TRUE ? "true" : "false");
            case Value.Int number -> out.append(Representation.of(number));
            case Value.Real number -> out.append(real(number.number()));
            case Value.Str text -> string(text.text());
            case Value.ListOf list -> items(list.items(), depth);
            case Value.TupleOf tuple -> items(tuple.items(), depth);
            case Value.Dict dict -> object(dict, depth);
            case Value.Undefined v -> throw notJson(v);
            case Value.DictView v -> throw notJson(v);
            case Value.Range v -> throw notJson(v);
            case Value.Generator v -> throw notJson(v);
            case Value.Namespace v -> throw notJson(v);
            case Value.Function v -> throw notJson(v);
            case Macro v -> throw notJson(v);
            case Loop v -> throw notJson(v);
        }
    }

    private static PythonError notJson(Value value) {
        return PythonError.typeError("Object of type " + value.typeName() + " is not JSON serializable");
    }

    private static String real(double number) {
        if (Double.isNaN(number)) {
            return "NaN";
        }
        return Double.isInfinite(number) ? (number > 0 ? "Infinity" : "-Infinity") : Representation.real(number);
    }

    private void items(List<Value> items, int depth) {
        if (items.isEmpty()) {
            out.append("[]");
            return;
        }
        out.append('[');
        for (int i = 0; i < items.size(); i++) {
            out.append(i == 0 ? "" : itemSeparator);
            line(depth + 1);
            write(items.get(i), depth + 1);
        }
        line(depth);
        out.append(']');
    }

    private void object(Value.Dict dict, int depth) {
        List<Value> keys = new ArrayList<>(dict.keys());
        if (keys.isEmpty()) {
            out.append("{}");
            return;
        }
        if (sortKeys) {
            keys.sort((a, b) -> Values.compare(a, b, "<"));
        }
        out.append('{');
        for (int i = 0; i < keys.size(); i++) {
            out.append(i == 0 ? "" : itemSeparator);
            line(depth + 1);
            string(key(keys.get(i)));
            out.append(keySeparator);
            write(Subscripts.item(dict, keys.get(i)), depth + 1);
        }
        line(depth);
        out.append('}');
    }

    private static String key(Value key) {
        return switch (key) {
            case Value.Str text -> text.text();
            case Value.Int number -> Representation.of(number);
            case Value.Real number -> real(number.number());
            case Value.Bool bool -> bool == Value.Bool.TRUE ? "true" : "false";
            case Value.None ignored -> "null";
            default -> throw PythonError.typeError("keys must be str, int, float, bool or None, not " + key.typeName());
        };
    }

    private void line(int depth) {
        if (indent != null) {
            budget.make((long) indent.length() * depth);
            out.append('\n').append(indent.repeat(depth));
        }
    }

    private void string(String text) {
        budget.make(text.length());
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                case '\f' -> out.append("\\f");
                case '\b' -> out.append("\\b");
                default -> {
                    if (c < 0x20 || (ascii && c >= 0x7F && c != 0x7F)) {
                        out.append(String.format("\\u%04x", (int) c));
                    } else {
                        out.append(c);
                    }
                }
            }
        }
        out.append('"');
    }
}
