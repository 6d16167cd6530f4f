package dev.tenon.cli;

import dev.tenon.models.gguf.GgufFile;
import dev.tenon.models.gguf.GgufTensor;
import dev.tenon.models.safetensors.SafetensorsFile;
import dev.tenon.models.safetensors.SafetensorsTensor;
import dev.tenon.models.weights.WeightInfo;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a model file holds, in one form for all formats.
 *
 * @param title one line that names format and file
 * @param facts what is said about the file as a whole, by the names that JSON has for it
 * @param metadata the file's own keys; values are strings, numbers, truth values, or lists and maps of them
 */
record ModelContents(
        String title, Map<String, Object> facts, Map<String, Object> metadata, List<ModelContents.Weight> tensors) {

    /**
     * One tensor.
     *
     * @param part which of the model's files holds it, counted from 0
     * @param offset its first byte in that file
     */
    record Weight(WeightInfo info, int part, long offset) {}

    /** Reads the header of a GGUF or safetensors file, of all parts if the model is split. */
    static ModelContents read(Path path) {
        return switch (ModelFormat.of(path)) {
            case GGUF -> {
                try (GgufFile file = GgufFile.open(path)) {
                    yield of(file);
                }
            }
            case SAFETENSORS -> {
                try (SafetensorsFile file = SafetensorsFile.open(path)) {
                    yield of(file);
                }
            }
        };
    }

    private static ModelContents of(GgufFile file) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file.name());
        facts.put("format", "gguf");
        facts.put("version", file.version());
        facts.put("alignment", file.alignment());
        List<Weight> tensors = new ArrayList<>();
        for (GgufTensor tensor : file.tensors()) {
            tensors.add(new Weight(tensor, tensor.part(), tensor.offset()));
        }
        return new ModelContents(file.toString(), facts, GgufValues.of(file.metadata()), tensors);
    }

    private static ModelContents of(SafetensorsFile file) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("file", file.name());
        facts.put("format", "safetensors");
        List<Weight> tensors = new ArrayList<>();
        for (SafetensorsTensor tensor : file.tensors()) {
            tensors.add(new Weight(tensor, tensor.shard(), tensor.offset()));
        }
        return new ModelContents(file.toString(), facts, new LinkedHashMap<>(file.metadata()), tensors);
    }

    /** Elements of all tensors. */
    long parameters() {
        return tensors.stream()
                .mapToLong(tensor -> tensor.info().shape().elements())
                .sum();
    }

    /** Bytes of all tensors. */
    long bytes() {
        return tensors.stream().mapToLong(tensor -> tensor.info().byteSize()).sum();
    }

    /** How many tensors there are of each type. */
    Map<String, Integer> types() {
        Map<String, Integer> types = new TreeMap<>();
        tensors.forEach(tensor -> types.merge(tensor.info().typeName(), 1, Integer::sum));
        return types;
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>(facts);
        document.put("parameters", parameters());
        document.put("tensor_bytes", bytes());
        document.put("types", types());
        document.put("metadata", metadata);
        List<Map<String, Object>> list = new ArrayList<>();
        for (Weight tensor : tensors) {
            Map<String, Object> entry = new LinkedHashMap<>();
            entry.put("name", tensor.info().name());
            entry.put("type", tensor.info().typeName());
            entry.put("shape", tensor.info().shape().sizes());
            entry.put("part", tensor.part());
            entry.put("offset", tensor.offset());
            entry.put("bytes", tensor.info().byteSize());
            list.add(entry);
        }
        document.put("tensors", list);
        return document;
    }
}
