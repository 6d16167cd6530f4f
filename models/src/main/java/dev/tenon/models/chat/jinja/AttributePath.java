package dev.tenon.models.chat.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** What filters mean by an attribute: names and numbers with dots between them, looked up as items. */
final class AttributePath {
    private AttributePath() {}

    /** The attribute of an item, undefined where there is none. */
    static Function<Value, Value> of(Value attribute) {
        return of(attribute, Value.None.NONE);
    }

    /** The attribute of an item; the fallback, unless that is None, where there is none. */
    static Function<Value, Value> of(Value attribute, Value fallback) {
        List<Value> parts = parts(attribute);
        return item -> {
            Value found = item;
            for (Value part : parts) {
                found = Subscripts.item(found, part);
                if (found instanceof Value.Undefined && fallback != Value.None.NONE) {
                    found = fallback;
                }
            }
            return found;
        };
    }

    /** The attributes of an item that commas separate, as a list to sort by. */
    static Function<Value, Value> several(Value attributes, boolean ignoreCase) {
        List<Function<Value, Value>> paths = new ArrayList<>();
        if (attributes instanceof Value.Str text) {
            Text.split(text.text(), ",", -1).forEach(part -> paths.add(of(Value.text(part))));
        } else {
            paths.add(of(attributes));
        }
        return item -> new Value.ListOf(paths.stream()
                .map(path -> path.apply(item))
                .map(value -> ignoreCase ? ignoreCase(value) : value)
                .toList());
    }

    static Value ignoreCase(Value value) {
        return value instanceof Value.Str text ? Value.text(text.text().toLowerCase(Locale.ROOT)) : value;
    }

    private static List<Value> parts(Value attribute) {
        if (attribute == Value.None.NONE) {
            return List.of();
        }
        if (!(attribute instanceof Value.Str text)) {
            return List.of(attribute);
        }
        List<Value> parts = new ArrayList<>();
        for (String part : Text.split(text.text(), ".", -1)) {
            boolean number = !part.isEmpty() && part.chars().allMatch(c -> c >= '0' && c <= '9');
            parts.add(number ? new Value.Int(new BigInteger(part)) : Value.text(part));
        }
        return parts;
    }
}
