package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.models.safetensors.SafetensorsType;
import dev.tenon.models.safetensors.SafetensorsWriter;
import dev.tenon.models.weights.WeightBytes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InspectCommandTest {
    @TempDir
    private Path folder;

    private static SafetensorsWriter weights() {
        return new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("note", "two\nlines \u001b[31m")
                .tensor("layer.weight", Shape.of(2, 3), DType.F32, MemorySegment.ofArray(new byte[24]))
                .tensor("layer.bias", Shape.of(3), DType.BF16, MemorySegment.ofArray(new byte[6]))
                .tensor(
                        "scale",
                        Shape.of(2),
                        SafetensorsType.F8_E4M3,
                        WeightBytes.of(MemorySegment.ofArray(new byte[2])));
    }

    private Path safetensors() {
        Path file = folder.resolve("weights.safetensors");
        weights().write(file);
        return file;
    }

    @Test
    void safetensorsAsJson() throws IOException {
        Path file = safetensors();
        CommandRun run = CommandRun.of("inspect", "--json", file);
        assertEquals(0, run.status(), run.err());
        assertEquals(
                List.of("file", "format", "parameters", "tensor_bytes", "types", "metadata", "tensors"), run.names());
        Map<String, Object> document = run.json();
        assertEquals(file.toString(), document.get("file"));
        assertEquals("safetensors", document.get("format"));
        assertEquals(11, document.get("parameters"));
        assertEquals(32, document.get("tensor_bytes"));
        assertEquals(Map.of("F32", 1, "BF16", 1, "F8_E4M3", 1), document.get("types"));
        assertEquals(Map.of("format", "pt", "note", "two\nlines \u001b[31m"), document.get("metadata"));
        int data = (int) Files.size(file) - 32;
        assertEquals(
                List.of(
                        tensor("layer.weight", "F32", List.of(2, 3), data, 24),
                        tensor("layer.bias", "BF16", List.of(3), data + 24, 6),
                        tensor("scale", "F8_E4M3", List.of(2), data + 30, 2)),
                run.objects("tensors"));
    }

    private static Map<String, Object> tensor(String name, String type, List<Integer> shape, int offset, int bytes) {
        return Map.of("name", name, "type", type, "shape", shape, "part", 0, "offset", offset, "bytes", bytes);
    }

    @Test
    void safetensorsAsText() {
        CommandRun run = CommandRun.of("inspect", "--tensors", safetensors());
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().startsWith("safetensors, 3 tensors: "), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("layer\\.weight +F32 +\\[2, 3] +24")), run.out());
        assertTrue(run.out().contains("two\\nlines \\u001b[31m"), "nothing in a file steers the terminal");
        assertFalse(run.out().contains("\u001b"), run.out());
        assertFalse(CommandRun.of("inspect", safetensors()).out().contains("layer.weight"));
    }

    @Test
    void shardsAreOneModelByIndexAndByFolder() throws IOException {
        Path model = Files.createDirectory(folder.resolve("model"));
        for (String name : List.of("a", "b")) {
            new SafetensorsWriter()
                    .tensor(name, Shape.of(4), DType.U8, MemorySegment.ofArray(new byte[4]))
                    .write(model.resolve(name + ".safetensors"));
        }
        Path index = Files.writeString(
                model.resolve("model.safetensors.index.json"),
                "{\"weight_map\": {\"a\": \"a.safetensors\", \"b\": \"b.safetensors\"}}");
        for (Path path : List.of(index, model)) {
            CommandRun run = CommandRun.of("inspect", "--json", path);
            assertEquals(0, run.status(), run.err());
            assertEquals(8, run.json().get("parameters"));
            assertEquals(
                    List.of(0, 1),
                    run.objects("tensors").stream()
                            .map(each -> each.get("part"))
                            .toList());
        }
    }

    @Test
    void ggufAsJson() {
        Path model = TinyModel.in(folder);
        CommandRun run = CommandRun.of("inspect", "--json", model);
        assertEquals(0, run.status(), run.err());
        assertEquals(
                List.of(
                        "file",
                        "format",
                        "version",
                        "alignment",
                        "parameters",
                        "tensor_bytes",
                        "types",
                        "metadata",
                        "tensors"),
                run.names());
        Map<String, Object> document = run.json();
        assertEquals("gguf", document.get("format"));
        assertEquals(3, document.get("version"));
        Map<?, ?> metadata = (Map<?, ?>) document.get("metadata");
        assertEquals("llama", metadata.get("general.architecture"));
        assertEquals(128, metadata.get("llama.context_length"));
        assertEquals(1e-6, metadata.get("llama.attention.layer_norm_rms_epsilon"));
        assertEquals(Map.of("type", "STRING", "length", 257), metadata.get("tokenizer.ggml.tokens"));
        assertEquals(List.of(), metadata.get("tokenizer.ggml.merges"));
        Map<String, Object> embedding = run.objects("tensors").stream()
                .filter(each -> each.get("name").equals("token_embd.weight"))
                .findFirst()
                .orElseThrow();
        assertEquals("F32", embedding.get("type"));
        assertEquals(List.of(257, 288), embedding.get("shape"), "the outermost axis first");
        assertEquals(4 * 257 * 288, embedding.get("bytes"));
    }

    @Test
    void ggufAsText() {
        CommandRun run = CommandRun.of("inspect", TinyModel.in(folder));
        assertTrue(run.out().startsWith("GGUF v3, "), run.out());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("general\\.name +tiny")), run.out());
    }

    @Test
    void theContentsDecideNotTheName() throws IOException {
        Path renamed = Files.copy(TinyModel.in(folder), folder.resolve("odd.safetensors"));
        assertEquals("gguf", CommandRun.of("inspect", "--json", renamed).json().get("format"));
        Path nameless = Files.copy(safetensors(), folder.resolve("blob"));
        assertEquals(
                "safetensors",
                CommandRun.of("inspect", "--json", nameless).json().get("format"));
    }

    @Test
    void badFilesAreOneLineThatNamesFileAndField() throws IOException {
        byte[] good = Files.readAllBytes(safetensors());
        byte[] huge = good.clone();
        ByteBuffer.wrap(huge).order(ByteOrder.LITTLE_ENDIAN).putLong(0, Long.MAX_VALUE);
        byte[] text = new String(good, StandardCharsets.ISO_8859_1)
                .replace("\"F32\"", "\"F99\"")
                .getBytes(StandardCharsets.ISO_8859_1);
        assertRefused("bad.safetensors", new byte[0], "header length");
        assertRefused("bad.safetensors", Arrays.copyOf(good, 6), "header length");
        assertRefused("bad.safetensors", Arrays.copyOf(good, 60), "header length");
        assertRefused("bad.safetensors", huge, "header length");
        assertRefused("bad.safetensors", Arrays.copyOf(good, good.length - 1), "scale");
        assertRefused("bad.safetensors", text, "F99");
        assertRefused("bad.gguf", new byte[0], "magic");
        assertRefused("bad.gguf", "GGUF".getBytes(StandardCharsets.US_ASCII), "version");
        assertRefused("bad.gguf", "PK\3\4 a zip file".getBytes(StandardCharsets.US_ASCII), "magic");
        assertRefused("bad.json", "[]".getBytes(StandardCharsets.US_ASCII), "index");
        CommandRun missing = CommandRun.of("inspect", folder.resolve("none.safetensors"));
        assertEquals(1, missing.status());
        assertTrue(missing.err().contains("there is no such file"), missing.err());
        assertEquals(
                1,
                CommandRun.of("inspect", Files.createDirectory(folder.resolve("empty")))
                        .status());
        assertEquals(2, CommandRun.of("inspect").status());
    }

    private void assertRefused(String name, byte[] bytes, String field) throws IOException {
        Path file = Files.write(folder.resolve(name), bytes);
        CommandRun run = CommandRun.of("inspect", "--json", file);
        assertEquals(1, run.status());
        assertEquals("", run.out());
        assertEquals(1, run.err().lines().count(), run.err());
        assertTrue(run.err().startsWith("tenon: " + file + ": "), run.err());
        assertTrue(run.err().contains(field), run.err());
    }
}
