package dev.tenon.models.tokenizer;

import dev.tenon.error.MalformedFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An object of a JSON file, whose members are asked for by name and type.
 *
 * @param field where it stands, for errors, such as {@code model}; empty for the whole file
 */
record JsonObject(String file, String field, Map<?, ? extends @Nullable Object> members) {
    /** @throws MalformedFileException if the value is no object */
    static JsonObject of(String file, String field, @Nullable Object value) {
        if (value instanceof Map<?, ?> members) {
            return new JsonObject(file, field, members);
        }
        throw new MalformedFileException(file, field, -1, "it should be an object");
    }

    /** What the kinds of normalizers, pre-tokenizers and the like are told apart by. */
    String type() {
        return string("type");
    }

    boolean has(String name) {
        return members.get(name) != null;
    }

    JsonObject object(String name) {
        return of(file, path(name), members.get(name));
    }

    Optional<JsonObject> find(String name) {
        return has(name) ? Optional.of(object(name)) : Optional.empty();
    }

    String string(String name) {
        return typed(name, String.class, "a string");
    }

    String string(String name, String fallback) {
        return has(name) ? string(name) : fallback;
    }

    boolean bool(String name, boolean fallback) {
        return has(name) ? typed(name, Boolean.class, "true or false") : fallback;
    }

    /** A whole number from 0 to {@code most}. */
    int count(String name, int most) {
        return count(path(name), members.get(name), most);
    }

    int count(String where, @Nullable Object value, int most) {
        if (value instanceof Long number && number >= 0 && number <= most) {
            return (int) (long) number;
        }
        throw new MalformedFileException(file, where, -1, "it should be a whole number from 0 to " + most);
    }

    List<?> list(String name) {
        return typed(name, List.class, "a list");
    }

    /** The objects of a list; none where the member is missing. */
    List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        if (has(name)) {
            for (Object each : list(name)) {
                objects.add(of(file, path(name) + "[" + objects.size() + "]", each));
            }
        }
        return objects;
    }

    private <T> T typed(String name, Class<T> type, String words) {
        Object value = members.get(name);
        if (type.isInstance(value)) {
            return type.cast(value);
        }
        throw malformed(name, value == null ? "it is missing" : "it should be " + words);
    }

    MalformedFileException malformed(String name, String problem) {
        return new MalformedFileException(file, path(name), -1, problem);
    }

    /** For what the format allows and this reader does not know. */
    MalformedFileException unsupported(String problem) {
        return new MalformedFileException(file, field, -1, problem + " is not supported");
    }

    private String path(String name) {
        return field.isEmpty() ? name : field + "." + name;
    }
}
