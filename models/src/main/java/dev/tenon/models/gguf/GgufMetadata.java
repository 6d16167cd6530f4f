package dev.tenon.models.gguf;

import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A GGUF file's keys and values. Each kind of value has two accessors: one for keys that must be there, one with what to
 * answer where the key is missing. A value of another type is an error in both, named with its key and place.
 *
 * <p>Whole numbers are accepted under any whole-number type, numbers under any number type: writers differ.
 */
public final class GgufMetadata {
    private final String file;
    private final Map<String, Entry> entries;

    /** A value and the byte in the file at which it stands. */
    record Entry(GgufValue value, long offset) {}

    GgufMetadata(String file, Map<String, Entry> entries) {
        this.file = file;
        this.entries = entries;
    }

    /** All keys, in the file's order. */
    public Set<String> keys() {
        return Collections.unmodifiableSet(entries.keySet());
    }

    public boolean has(String key) {
        return entries.containsKey(key);
    }

    /** A value of whatever type. */
    public Optional<GgufValue> find(String key) {
        return Optional.ofNullable(entries.get(key)).map(Entry::value);
    }

    /**
     * A string; what is not UTF-8 in it becomes U+FFFD.
     *
     * @throws MalformedFileException if the key is missing or its value is not a string
     */
    public String string(String key) {
        return required(key, textOf(key));
    }

    /**
     * @throws MalformedFileException if the value is not a string
     */
    public String string(String key, String fallback) {
        String value = textOf(key);
        return value == null ? fallback : value;
    }

    /**
     * A whole number.
     *
     * @throws MalformedFileException if the key is missing, or its value is not a whole number or passes 2^63 - 1
     */
    public long integer(String key) {
        return required(key, integerOf(key));
    }

    /**
     * @throws MalformedFileException if the value is not a whole number or passes 2^63 - 1
     */
    public long integer(String key, long fallback) {
        Long value = integerOf(key);
        return value == null ? fallback : value;
    }

    /**
     * A whole number that counts something.
     *
     * @throws MalformedFileException if the key is missing, or its value is not a whole number from 0 to 2^31 - 1
     */
    public int count(String key) {
        return toCount(key, integer(key));
    }

    /**
     * @throws MalformedFileException if the value is not a whole number from 0 to 2^31 - 1
     */
    public int count(String key, int fallback) {
        return toCount(key, integer(key, fallback));
    }

    /**
     * A number, whole or not.
     *
     * @throws MalformedFileException if the key is missing or its value is not a number
     */
    public double number(String key) {
        return required(key, numberOf(key));
    }

    /**
     * @throws MalformedFileException if the value is not a number
     */
    public double number(String key, double fallback) {
        Double value = numberOf(key);
        return value == null ? fallback : value;
    }

    /**
     * @throws MalformedFileException if the key is missing or its value is not a truth value
     */
    public boolean bool(String key) {
        return required(key, boolOf(key));
    }

    /**
     * @throws MalformedFileException if the value is not a truth value
     */
    public boolean bool(String key, boolean fallback) {
        Boolean value = boolOf(key);
        return value == null ? fallback : value;
    }

    /**
     * @throws MalformedFileException if the key is missing or its value is not an array
     */
    public GgufArray array(String key) {
        return required(key, arrayOf(key));
    }

    /**
     * An array of strings as a list that decodes them when asked for.
     *
     * @throws MalformedFileException if the key is missing or its value is not an array of strings
     */
    public List<String> strings(String key) {
        return convert(key, array(key), GgufArray::strings);
    }

    /**
     * An array of whole numbers; those of {@code UINT64} past 2^63 - 1 come out negative.
     *
     * @throws MalformedFileException if the key is missing or its value is not an array of whole numbers
     */
    public long[] integers(String key) {
        return convert(key, array(key), GgufArray::integers);
    }

    /**
     * An array of numbers, rounded to {@code float}.
     *
     * @throws MalformedFileException if the key is missing or its value is not an array of numbers
     */
    public float[] floats(String key) {
        return convert(key, array(key), GgufArray::floats);
    }

    /** An error about a key's value, with its place: for callers to whom the value makes no sense. */
    public MalformedFileException malformed(String key, String problem) {
        Entry entry = entries.get(key);
        return new MalformedFileException(
                file, "metadata " + Quote.of(key), entry == null ? -1 : entry.offset(), problem);
    }

    private <T> T required(String key, @Nullable T value) {
        if (value == null) {
            throw malformed(key, "the key is missing");
        }
        return value;
    }

    private @Nullable GgufValue get(String key) {
        Entry entry = entries.get(key);
        return entry == null ? null : entry.value();
    }

    private @Nullable String textOf(String key) {
        GgufValue value = get(key);
        if (value != null && !(value instanceof GgufValue.Text)) {
            throw wrongType(key, value, "a string");
        }
        return value == null ? null : value.toString();
    }

    private @Nullable Long integerOf(String key) {
        GgufValue value = get(key);
        if (value == null) {
            return null;
        }
        if (!(value instanceof GgufValue.Int whole)) {
            throw wrongType(key, value, "a whole number");
        }
        if (whole.type() == GgufValueType.UINT64 && whole.value() < 0) {
            throw malformed(key, whole + " passes 2^63 - 1");
        }
        return whole.value();
    }

    private @Nullable Double numberOf(String key) {
        return switch (get(key)) {
            case null -> null;
            case GgufValue.Real real -> real.value();
            case GgufValue.Int whole -> (double) integer(key);
            case GgufValue.Bool value -> throw wrongType(key, value, "a number");
            case GgufValue.Text value -> throw wrongType(key, value, "a number");
            case GgufArray value -> throw wrongType(key, value, "a number");
        };
    }

    private @Nullable Boolean boolOf(String key) {
        GgufValue value = get(key);
        if (value != null && !(value instanceof GgufValue.Bool)) {
            throw wrongType(key, value, "a truth value");
        }
        return value == null ? null : ((GgufValue.Bool) value).value();
    }

    private @Nullable GgufArray arrayOf(String key) {
        GgufValue value = get(key);
        if (value != null && !(value instanceof GgufArray)) {
            throw wrongType(key, value, "an array");
        }
        return (GgufArray) value;
    }

    private int toCount(String key, long value) {
        if (value < 0 || value > Integer.MAX_VALUE) {
            throw malformed(key, value + " is not between 0 and 2^31 - 1");
        }
        return (int) value;
    }

    private <T> T convert(String key, GgufArray array, Function<GgufArray, T> conversion) {
        try {
            return conversion.apply(array);
        } catch (InvalidArgumentException e) {
            throw malformed(key, String.valueOf(e.getMessage()));
        }
    }

    private MalformedFileException wrongType(String key, GgufValue value, String asked) {
        return malformed(key, "it should be " + asked + " but is " + value.type());
    }
}
