package dev.tenon.models.chat.jinja;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Names and their values; what is not here is looked for further out. */
final class Scope {
    private final @Nullable Scope outer;
    private final Map<String, Value> values = new HashMap<>();

    Scope(@Nullable Scope outer) {
        this.outer = outer;
    }

    Value get(String name) {
        for (Scope scope = this; scope != null; scope = scope.outer) {
            Value value = scope.values.get(name);
            if (value != null) {
                return value;
            }
        }
        return Value.Undefined.named(name);
    }

    void set(String name, Value value) {
        values.put(name, value);
    }
}
