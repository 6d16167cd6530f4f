package dev.tenon.models.tokenizer;

import dev.tenon.error.MalformedFileException;
import dev.tenon.io.SegmentInputStream;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;

/** A whole JSON file as maps, lists, strings, numbers and truth values, with limits on depth, lengths and the number of values. */
final class JsonTree {
    private static final int MAX_DEPTH = 32;
    private static final int MAX_NAME = 65_535;
    private static final int MAX_STRING = 1 << 24;
    private static final int MAX_DIGITS = 64;
    /** The largest published vocabularies, with their merges in pairs, have some 2 million. */
    private static final int MAX_VALUES = 1 << 24;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxNameLength(MAX_NAME)
                    .maxStringLength(MAX_STRING)
                    .maxNumberLength(MAX_DIGITS)
                    .build())
            .build();

    private final String file;
    private final JsonParser parser;
    private int values;

    private JsonTree(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** @throws MalformedFileException if the text is not one JSON value, or passes a limit */
    static @Nullable Object read(MemorySegment text, String file) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), new SegmentInputStream(text))) {
            JsonTree tree = new JsonTree(file, parser);
            Object value = tree.value(parser.nextToken());
            if (parser.nextToken() != null) {
                throw tree.malformed("there is more after the first value");
            }
            return value;
        } catch (JacksonException e) {
            long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
            throw new MalformedFileException(file, "JSON", at, String.valueOf(e.getOriginalMessage()), e);
        }
    }

    private @Nullable Object value(@Nullable JsonToken token) {
        if (token == null) {
            throw malformed("the text ends early");
        }
        if (++values > MAX_VALUES) {
            throw malformed("more than " + MAX_VALUES + " values");
        }
        return switch (token) {
            case START_OBJECT -> object();
            case START_ARRAY -> array();
            case VALUE_STRING -> parser.getString();
            case VALUE_NUMBER_INT -> wholeNumber();
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case END_OBJECT, END_ARRAY, PROPERTY_NAME, VALUE_EMBEDDED_OBJECT, NOT_AVAILABLE ->
                throw malformed("a value should be here");
        };
    }

    /** A {@code Long}, or a {@code Double} where it is too large for one. */
    private Number wholeNumber() {
        return parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                ? (Number) parser.getDoubleValue()
                : (Number) parser.getLongValue();
    }

    private Map<String, @Nullable Object> object() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            members.put(name, value(parser.nextToken()));
        }
        return members;
    }

    private List<@Nullable Object> array() {
        List<@Nullable Object> elements = new ArrayList<>();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            elements.add(value(token));
        }
        return elements;
    }

    private MalformedFileException malformed(String problem) {
        return new MalformedFileException(file, "JSON", parser.currentLocation().getByteOffset(), problem);
    }
}
