package dev.tenon.kernels.tuning;

import dev.tenon.error.MalformedFileException;
import dev.tenon.kernels.tuning.TuningTable.Entry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.DefaultPrettyPrinter;

/** A table's JSON: {@code {"devices": [{"backend", "device", "driver", "settings": {NAME: NUMBER}}]}}. */
final class TuningJson {
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();
    /** What makes a list or an object hold the next, with two blanks a level. */
    private static final ObjectWriteContext PRETTY = new ObjectWriteContext.Base() {
        @Override
        public tools.jackson.core.PrettyPrinter getPrettyPrinter() {
            return new DefaultPrettyPrinter();
        }

        @Override
        public boolean hasPrettyPrinter() {
            return true;
        }
    };

    private final String file;
    private final JsonParser parser;

    private TuningJson(String file, JsonParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** @throws MalformedFileException with the field and its byte */
    static List<Entry> read(String file, byte[] json) {
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), json)) {
            return new TuningJson(file, parser).table();
        } catch (JacksonException e) {
            long at = e.getLocation() == null ? -1 : e.getLocation().getByteOffset();
            throw new MalformedFileException(file, "JSON", at, e.getOriginalMessage(), e);
        }
    }

    private List<Entry> table() {
        List<Entry> entries = new ArrayList<>();
        parser.nextToken();
        expect(JsonToken.START_OBJECT, "the table", "an object");
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (!name.equals("devices")) {
                throw malformed(name, "there is no such field; there is devices");
            }
            expect(JsonToken.START_ARRAY, name, "a list");
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                entries.add(entry("devices[" + entries.size() + "]", entries));
            }
        }
        if (parser.nextToken() != null) {
            throw malformed("the table", "there is more after it");
        }
        return List.copyOf(entries);
    }

    private Entry entry(String field, List<Entry> before) {
        expect(JsonToken.START_OBJECT, field, "an object");
        Map<String, String> words = new LinkedHashMap<>();
        Map<String, Integer> settings = null;
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            String full = field + "." + name;
            parser.nextToken();
            switch (name) {
                case "backend", "device", "driver" -> {
                    expect(JsonToken.VALUE_STRING, full, "a string");
                    words.put(name, parser.getString());
                }
                case "settings" -> settings = settings(full);
                default -> throw malformed(full, "there is no such field; there are backend, device, driver, settings");
            }
        }
        if (settings == null) {
            throw malformed(field + ".settings", "it is missing");
        }
        DeviceKey key = new DeviceKey(
                word(words.get("backend"), field + ".backend"),
                word(words.get("device"), field + ".device"),
                word(words.get("driver"), field + ".driver"));
        if (before.stream().anyMatch(each -> each.device().equals(key))) {
            throw malformed(
                    field, "device \"" + key.device() + "\" (driver " + key.driver() + ") has an entry already");
        }
        return new Entry(key, Map.copyOf(settings));
    }

    private String word(@Nullable String value, String field) {
        if (value == null) {
            throw malformed(field, "it is missing");
        }
        return value;
    }

    private Map<String, Integer> settings(String field) {
        expect(JsonToken.START_OBJECT, field, "an object");
        Map<String, Integer> settings = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            expect(JsonToken.VALUE_NUMBER_INT, field + "." + name, "a whole number");
            try {
                settings.put(name, parser.getIntValue());
            } catch (JacksonException e) {
                throw malformed(field + "." + name, parser.getString() + " is too large");
            }
        }
        return settings;
    }

    private void expect(JsonToken expected, String field, String name) {
        if (parser.currentToken() != expected) {
            throw malformed(field, parser.currentToken() == null ? "the text ends early" : "it should be " + name);
        }
    }

    private MalformedFileException malformed(String field, String problem) {
        return new MalformedFileException(
                file, field, parser.currentTokenLocation().getByteOffset(), problem);
    }

    static byte[] write(List<Entry> entries) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (JsonGenerator json = FACTORY.createGenerator(PRETTY, out)) {
            json.writeStartObject();
            json.writeArrayPropertyStart("devices");
            for (Entry entry : entries) {
                json.writeStartObject();
                json.writeStringProperty("backend", entry.device().backend());
                json.writeStringProperty("device", entry.device().device());
                json.writeStringProperty("driver", entry.device().driver());
                json.writeObjectPropertyStart("settings");
                entry.settings().forEach(json::writeNumberProperty);
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.write('\n');
        return out.toByteArray();
    }
}
