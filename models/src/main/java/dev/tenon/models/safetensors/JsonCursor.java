package dev.tenon.models.safetensors;

import dev.tenon.error.MalformedFileException;
import dev.tenon.io.SegmentInputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonFactory;

/**
 * A place in JSON text inside a file, a token at a time, with limits on depth and lengths. Whatever is wrong comes out as
 * a {@link MalformedFileException} with its byte in the file.
 */
final class JsonCursor implements AutoCloseable {
    private static final int MAX_DEPTH = 16;
    private static final int MAX_NAME = 65_535;
    private static final int MAX_STRING = 1 << 24;
    private static final int MAX_DIGITS = 64;

    /** What the parser says of its input, which it never shows. */
    private static final Pattern SOURCE = Pattern.compile(" ?\\(start marker at \\[[^]]*]\\)");

    // Without the table of canonical names there is no parser that counts bytes. Interning would outlive the file.
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxStringLength(MAX_STRING)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    private final JsonParser parser;
    private final String file;
    private final long base;
    private final long size;
    private @Nullable JsonToken token;

    /**
     * @param text the JSON text alone
     * @param base where in the file it starts
     * @param field the text's name for errors
     */
    JsonCursor(MemorySegment text, String file, long base, String field) {
        this.file = file;
        this.base = base;
        this.size = text.byteSize();
        // The parser guesses UTF-16 and UTF-32 from zero bytes at the start; the format is UTF-8.
        for (long i = 0; i < Math.min(4, size); i++) {
            if (text.get(ValueLayout.JAVA_BYTE, i) == 0) {
                throw new MalformedFileException(file, field, base + i, "a zero byte is not JSON");
            }
        }
        try {
            this.parser = FACTORY.createParser(ObjectReadContext.empty(), new SegmentInputStream(text));
        } catch (JacksonException e) {
            throw new MalformedFileException(file, field, base, e.getOriginalMessage(), e);
        }
        next(field);
    }

    /** The byte in the file at which the current token starts. */
    long at() {
        return token == null
                ? base + size
                : base + Math.max(0, parser.currentTokenLocation().getByteOffset());
    }

    /** Moves past the start of an object. */
    void enterObject(String field) {
        expect(JsonToken.START_OBJECT, field, "an object");
        next(field);
    }

    /** Moves past a member's name and gives it, or past the end of the object and gives null. */
    @Nullable
    String nextMember(String field) {
        if (token == JsonToken.END_OBJECT) {
            next(field);
            return null;
        }
        expect(JsonToken.PROPERTY_NAME, field, "a member");
        String name = parser.currentName();
        next(field);
        return name;
    }

    String string(String field) {
        expect(JsonToken.VALUE_STRING, field, "a string");
        try {
            String value = parser.getString();
            next(field);
            return value;
        } catch (JacksonException e) {
            throw broken(field, e);
        }
    }

    /** An array of whole numbers from 0 to 2^63 - 1. */
    long[] integers(String field, int most) {
        expect(JsonToken.START_ARRAY, field, "an array");
        next(field);
        long[] values = new long[most];
        int count = 0;
        while (token != JsonToken.END_ARRAY) {
            if (count == most) {
                throw malformed(field, "it has more than " + most + " elements");
            }
            values[count++] = integer(field);
        }
        next(field);
        return Arrays.copyOf(values, count);
    }

    private long integer(String field) {
        expect(JsonToken.VALUE_NUMBER_INT, field, "a whole number");
        try {
            long value = parser.getLongValue();
            if (value < 0) {
                throw malformed(field, value + " is negative");
            }
            next(field);
            return value;
        } catch (JacksonException e) {
            throw broken(field, e);
        }
    }

    /** Moves past a value of whatever kind. */
    void skip(String field) {
        try {
            parser.skipChildren();
        } catch (JacksonException e) {
            throw broken(field, e);
        }
        next(field);
    }

    /** Checks that only blanks are left. */
    void end(String field) {
        if (token != null) {
            throw malformed(field, "there is more after the object");
        }
    }

    MalformedFileException malformed(String field, String problem) {
        return new MalformedFileException(file, field, at(), problem);
    }

    private void expect(JsonToken expected, String field, String name) {
        if (token != expected) {
            throw malformed(field, token == null ? "the text ends early" : "it should be " + name);
        }
    }

    private void next(String field) {
        try {
            token = parser.nextToken();
        } catch (JacksonException e) {
            throw broken(field, e);
        }
    }

    private MalformedFileException broken(String field, JacksonException e) {
        TokenStreamLocation location = e.getLocation();
        long at = (location == null ? parser.currentLocation() : location).getByteOffset();
        String problem = SOURCE.matcher(String.valueOf(e.getOriginalMessage())).replaceAll("");
        return new MalformedFileException(file, field, base + Math.max(0, at), problem, e);
    }

    @Override
    public void close() {
        parser.close();
    }
}
