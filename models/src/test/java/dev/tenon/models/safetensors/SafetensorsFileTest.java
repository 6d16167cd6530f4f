package dev.tenon.models.safetensors;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.ClosedException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.MalformedFileException;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafetensorsFileTest {
    @TempDir
    Path folder;

    @Test
    void whatWasWrittenComesBackInPlace() {
        Path path = folder.resolve("model.safetensors");
        SampleSafetensors.writer().write(path);
        SafetensorsFile file = SafetensorsFile.open(folder);
        assertEquals(Map.of("format", "pt", "Ünïcode", "\"quoted\"\n"), file.metadata());
        assertEquals(Shape.of(2, 3), file.info("matrix").shape());
        assertEquals(DType.F32, file.info("matrix").dtype());
        assertEquals(DType.BOOL, file.info("flags").dtype());
        assertEquals(Shape.SCALAR, file.info("scalar").shape());
        MemorySegment data = file.data("matrix");
        assertTrue(data.isReadOnly() && data.isMapped());
        assertEquals(-1, data.mismatch(SampleSafetensors.ramp(24)));
        assertEquals(-1, file.data("odd").mismatch(SampleSafetensors.ramp(3)));
        assertEquals(0, file.data("empty").byteSize());
        assertThrows(MalformedFileException.class, () -> file.data("none"));
        file.close();
        file.close();
        assertThrows(ClosedException.class, () -> file.data("matrix"));
    }

    @Test
    void everyTensorIsAlignedToItsElement() {
        try (SafetensorsFile file = SafetensorsFile.of(MemorySegment.ofArray(SampleSafetensors.bytes()), "sample")) {
            long first = Long.MAX_VALUE;
            for (SafetensorsTensor tensor : file.tensors()) {
                assertEquals(0, tensor.offset() * 8 % tensor.type().bits(), tensor.toString());
                first = Math.min(first, tensor.offset());
            }
            assertEquals(0, first % 64);
        }
    }

    @Test
    void theBytesDoNotDependOnTheOrderOfCalls() throws IOException {
        MemorySegment data = SampleSafetensors.ramp(4);
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        new SafetensorsWriter()
                .metadata("a", "1")
                .metadata("b", "2")
                .tensor("x", Shape.of(4), DType.I8, data)
                .tensor("y", Shape.of(1), DType.F32, data)
                .write(one);
        new SafetensorsWriter()
                .tensor("y", Shape.of(1), DType.F32, data)
                .metadata("b", "2")
                .tensor("x", Shape.of(4), DType.I8, data)
                .metadata("a", "1")
                .write(two);
        assertArrayEquals(Files.readAllBytes(one), Files.readAllBytes(two));
    }

    @Test
    void aTypeThatTenonLacksIsAnErrorOnUse() {
        try (SafetensorsFile file = SafetensorsFile.of(MemorySegment.ofArray(SampleSafetensors.bytes()), "sample")) {
            assertEquals("F8_E4M3", file.info("small").typeName());
            assertEquals(4, file.data("small").byteSize());
            assertThrows(DTypeException.class, () -> file.info("small").dtype());
        }
        assertThrows(
                DTypeException.class,
                () -> new SafetensorsWriter().tensor("q", Shape.of(32), DType.Q4_0, SampleSafetensors.ramp(18)));
    }

    @Test
    void anEmptyCheckpointIsFine() {
        byte[] bytes = SampleSafetensors.raw("{}   ", 0);
        try (SafetensorsFile file = SafetensorsFile.of(MemorySegment.ofArray(bytes), "empty")) {
            assertTrue(file.names().isEmpty());
        }
    }

    @Test
    void unknownMembersAreSkipped() {
        String header = "{\"t\":{\"note\":{\"deep\":[1,[2]]},\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}";
        MemorySegment segment = MemorySegment.ofArray(SampleSafetensors.raw(header, 1));
        try (SafetensorsFile file = SafetensorsFile.of(segment, "sample")) {
            assertEquals(List.of("t"), List.copyOf(file.names()));
        }
    }

    @Test
    void writersMistakesAreErrors() throws IOException {
        Path path = folder.resolve("model.safetensors");
        SampleSafetensors.writer().write(path);
        byte[] before = Files.readAllBytes(path);
        SafetensorsWriter writer = new SafetensorsWriter()
                .metadata("k", "v")
                .tensor("t", Shape.of(9), DType.F32, SampleSafetensors.ramp(8));
        assertThrows(InvalidArgumentException.class, () -> writer.metadata("k", "w"));
        assertThrows(
                InvalidArgumentException.class,
                () -> writer.tensor("t", Shape.of(1), DType.I8, SampleSafetensors.ramp(1)));
        assertThrows(
                InvalidArgumentException.class,
                () -> writer.tensor("__metadata__", Shape.of(1), DType.I8, SampleSafetensors.ramp(1)));
        assertThrows(InvalidArgumentException.class, () -> writer.write(path), "eight bytes for nine floats");
        assertArrayEquals(before, Files.readAllBytes(path));
    }

    @Test
    void shardsAreOneCheckpoint() throws IOException {
        shard("a.safetensors", "first");
        shard("b.safetensors", "second");
        index("{\"first\":\"a.safetensors\",\"second\":\"b.safetensors\"}");
        try (SafetensorsFile file = SafetensorsFile.open(folder)) {
            assertEquals(List.of("first", "second"), List.copyOf(file.names()));
            assertEquals(1, file.find("second").orElseThrow().shard());
            assertEquals(-1, file.data("second").mismatch(SampleSafetensors.ramp(6)));
        }
        index("{\"first\":\"a.safetensors\",\"third\":\"b.safetensors\"}");
        MalformedFileException missing = assertThrows(MalformedFileException.class, () -> SafetensorsFile.open(folder));
        assertTrue(String.valueOf(missing.getMessage()).contains("weight_map 'third'"), missing.getMessage());
        index("{\"first\":\"c.safetensors\"}");
        assertThrows(InputOutputException.class, () -> SafetensorsFile.open(folder));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"t\":\"../a.safetensors\"}",
                "{\"t\":\"/etc/passwd\"}",
                "{\"t\":\"x\\\\y\"}",
                "{\"t\":\"..\"}",
                "{\"t\":\"\"}",
                "{\"t\":\"a\\u0000b\"}",
                "{\"t\":1}",
                "{\"t\":\"a\",\"t\":\"a\"}",
                "{\"t\":\"a\"},\"weight_map\":{}",
                "[",
            })
    void hostileIndexesAreErrors(String map) throws IOException {
        index(map);
        MalformedFileException error = assertThrows(MalformedFileException.class, () -> SafetensorsFile.open(folder));
        assertTrue(error.offset() > 0, error.getMessage());
    }

    @Test
    void anIndexWithoutMapIsAnError() throws IOException {
        Files.writeString(folder.resolve("model.safetensors.index.json"), "{\"metadata\":{}}");
        assertThrows(MalformedFileException.class, () -> SafetensorsFile.open(folder));
    }

    private void shard(String name, String tensor) {
        new SafetensorsWriter()
                .tensor(tensor, Shape.of(3), DType.F16, SampleSafetensors.ramp(6))
                .write(folder.resolve(name));
    }

    private void index(String map) throws IOException {
        Files.writeString(
                folder.resolve("model.safetensors.index.json"),
                "{\"metadata\":{\"total_size\":12},\"weight_map\":" + map + "}");
    }

    @Test
    void aPublishedFileIsRead() {
        String data = System.getenv("TENON_TEST_DATA");
        Assumptions.assumeTrue(data != null, "TENON_TEST_DATA is not set");
        try (SafetensorsFile file = SafetensorsFile.open(Path.of(data, "models", "smollm2", "logits.safetensors"))) {
            assertEquals(Shape.of(12, 49152), file.info("logits").shape());
            assertEquals(DType.F32, file.info("logits").dtype());
        }
    }
}
