package dev.tenon.cli;

import dev.tenon.models.gguf.GgufArray;
import dev.tenon.models.gguf.GgufMetadata;
import dev.tenon.models.gguf.GgufValue;
import dev.tenon.models.gguf.GgufValueType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** GGUF's metadata as plain values. */
final class GgufValues {
    /** Longer arrays are shown by type and length: vocabularies have hundreds of thousands of entries. */
    private static final int SHOWN_ENTRIES = 32;

    private GgufValues() {}

    static Map<String, Object> of(GgufMetadata metadata) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (String key : metadata.keys()) {
            values.put(key, value(metadata.find(key).orElseThrow()));
        }
        return values;
    }

    private static Object value(GgufValue value) {
        return switch (value) {
            case GgufValue.Int whole ->
                whole.type() == GgufValueType.UINT64 ? Long.toUnsignedString(whole.value()) : (Object) whole.value();
            // As a float, so that 1e-5 prints so and not with the digits that F32 does not have.
            case GgufValue.Real real ->
                real.type() == GgufValueType.FLOAT32 ? (Object) (float) real.value() : (Object) real.value();
            case GgufValue.Bool bool -> bool.value();
            case GgufValue.Text text -> text.toString();
            case GgufArray array -> array(array);
        };
    }

    private static Object array(GgufArray array) {
        if (array.length() > SHOWN_ENTRIES) {
            Map<String, Object> summary = new LinkedHashMap<>();
            summary.put("type", array.elementType().name());
            summary.put("length", array.length());
            return summary;
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < array.length(); i++) {
            values.add(element(array, i));
        }
        return values;
    }

    private static Object element(GgufArray array, int i) {
        return switch (array.elementType()) {
            case STRING -> array.string(i);
            case BOOL -> array.bool(i);
            case FLOAT32 -> (float) array.number(i);
            case FLOAT64 -> array.number(i);
            case UINT64 -> Long.toUnsignedString(array.integer(i));
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, INT64 -> array.integer(i);
            case ARRAY -> array(array.array(i));
        };
    }
}
