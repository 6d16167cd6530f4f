package dev.tenon.cli;

import dev.tenon.models.gguf.GgufArray;
import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufTensor;
import dev.tenon.models.gguf.GgufValue;
import dev.tenon.models.gguf.GgufValueType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tenon inspect}. */
@Command(name = "inspect", description = "Show what a model file holds: its keys and its tensors.")
final class InspectCommand extends TenonCommand {
    /** Longer arrays are shown by type and length: vocabularies have hundreds of thousands of entries. */
    private static final int SHOWN_ENTRIES = 32;

    private static final int SHOWN_CHARACTERS = 100;

    @Parameters(paramLabel = "FILE", description = "A GGUF file.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String file;

    @Option(names = "--tensors", description = "List every tensor; --json always does.")
    private boolean tensors;

    @Override
    void execute() {
        Path path = ModelFolder.find().resolve(file);
        try (GgufFile gguf = GgufFile.open(path)) {
            if (isJson()) {
                printJson(document(gguf));
            } else {
                print(gguf);
            }
        }
    }

    private void print(GgufFile gguf) {
        out().println(gguf);
        printFact("parameters", "%,d".formatted(parameters(gguf)));
        printFact("tensor bytes", "%,d".formatted(bytes(gguf)));
        printFact("types", types(gguf));
        out().println();
        for (String key : gguf.metadata().keys()) {
            String value = String.valueOf(value(gguf.metadata().find(key).orElseThrow()))
                    .replace("\n", "\\n");
            boolean cut = value.length() > SHOWN_CHARACTERS;
            out().printf("%-45s %s%n", key, cut ? value.substring(0, SHOWN_CHARACTERS) + "..." : value);
        }
        if (tensors) {
            out().println();
            for (GgufTensor tensor : gguf.tensors()) {
                out().printf(
                                "%-45s %-8s %-20s %,d%n",
                                tensor.name(), tensor.typeName(), tensor.shape(), tensor.byteSize());
            }
        }
    }

    private static Map<String, Object> document(GgufFile gguf) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("file", gguf.name());
        document.put("format", "gguf");
        document.put("version", gguf.version());
        document.put("alignment", gguf.alignment());
        document.put("parameters", parameters(gguf));
        document.put("tensor_bytes", bytes(gguf));
        document.put("types", types(gguf));
        Map<String, Object> metadata = new LinkedHashMap<>();
        for (String key : gguf.metadata().keys()) {
            metadata.put(key, value(gguf.metadata().find(key).orElseThrow()));
        }
        document.put("metadata", metadata);
        List<Map<String, Object>> list = new ArrayList<>();
        for (GgufTensor tensor : gguf.tensors()) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", tensor.name());
            entry.put("type", tensor.typeName());
            entry.put("shape", tensor.shape().sizes());
            entry.put("offset", tensor.offset());
            entry.put("bytes", tensor.byteSize());
            list.add(entry);
        }
        document.put("tensors", list);
        return document;
    }

    private static long parameters(GgufFile gguf) {
        return gguf.tensors().stream()
                .mapToLong(tensor -> tensor.shape().elements())
                .sum();
    }

    private static long bytes(GgufFile gguf) {
        return gguf.tensors().stream().mapToLong(GgufTensor::byteSize).sum();
    }

    /** How many tensors there are of each type. */
    private static Map<String, Integer> types(GgufFile gguf) {
        Map<String, Integer> types = new TreeMap<>();
        gguf.tensors().forEach(tensor -> types.merge(tensor.typeName(), 1, Integer::sum));
        return types;
    }

    private static Object value(GgufValue value) {
        return switch (value) {
            case GgufValue.Int whole ->
                whole.type() == GgufValueType.UINT64 ? Long.toUnsignedString(whole.value()) : (Object) whole.value();
            case GgufValue.Real real -> real.value();
            case GgufValue.Bool bool -> bool.value();
            case GgufValue.Text text -> text.toString();
            case GgufArray array -> array(array);
        };
    }

    private static Object array(GgufArray array) {
        if (array.length() > SHOWN_ENTRIES) {
            return Map.of("type", array.elementType().name(), "length", array.length());
        }
        return switch (array.elementType()) {
            case STRING -> List.copyOf(array.strings());
            case BOOL -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < array.length(); i++) {
                    values.add(array.bool(i));
                }
                yield values;
            }
            case FLOAT32, FLOAT64 -> array.floats();
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> array.integers();
            case ARRAY -> {
                List<Object> values = new ArrayList<>();
                for (int i = 0; i < array.length(); i++) {
                    values.add(array(array.array(i)));
                }
                yield values;
            }
        };
    }
}
