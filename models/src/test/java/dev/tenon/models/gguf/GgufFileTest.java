package dev.tenon.models.gguf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.error.ClosedException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InputOutputException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.MalformedFileException;
import dev.tenon.models.weights.WeightBytes;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufFileTest {
    @TempDir
    Path folder;

    @Test
    void everyValueComesBack() {
        try (GgufFile file = GgufFile.of(MemorySegment.ofArray(SampleGguf.bytes()), "sample.gguf")) {
            GgufMetadata metadata = file.metadata();
            assertEquals("llama", metadata.string("general.architecture"));
            assertEquals(255, metadata.integer("u8"));
            assertEquals(-128, metadata.integer("i8"));
            assertEquals(65_535, metadata.count("u16"));
            assertEquals(-32_768, metadata.integer("i16"));
            assertEquals(Integer.MIN_VALUE, metadata.integer("i32"));
            assertEquals(Long.MIN_VALUE, metadata.integer("i64"));
            assertEquals(0.1f, metadata.number("f32"));
            assertEquals(Math.PI, metadata.number("f64"));
            assertEquals(255.0, metadata.number("u8"));
            assertTrue(metadata.bool("bool"));
            assertEquals(List.of("", "one", "zwölf", "\uD83D\uDE00"), metadata.strings("strings"));
            assertEquals("zwölf", metadata.array("strings").string(2));
            assertArrayEquals(new long[] {-1, 2, 300}, metadata.integers("integers"));
            assertArrayEquals(new float[] {1, -2.5f}, metadata.floats("floats"));
            assertTrue(metadata.array("bools").bool(2));
            GgufArray nested = metadata.array("nested");
            assertEquals(List.of("a", "bc"), nested.array(0).strings());
            assertEquals(7, nested.array(1).integer(0));
            assertEquals(0, nested.array(2).length());
            assertEquals(
                    "18446744073709551615", metadata.find("u64").orElseThrow().toString());
        }
    }

    @Test
    void missingAndMistypedKeysSayWhatTheyAre() {
        try (GgufFile file = GgufFile.of(MemorySegment.ofArray(SampleGguf.bytes()), "sample.gguf")) {
            GgufMetadata metadata = file.metadata();
            assertEquals(7, metadata.integer("none", 7));
            assertEquals("x", metadata.string("none", "x"));
            assertTrue(metadata.bool("none", true));
            assertEquals(0.5, metadata.number("none", 0.5));
            MalformedFileException missing =
                    assertThrows(MalformedFileException.class, () -> metadata.string("llama.name"));
            assertTrue(
                    String.valueOf(missing.getMessage()).contains("'llama.name': the key is missing"),
                    missing.getMessage());
            MalformedFileException mistyped =
                    assertThrows(MalformedFileException.class, () -> metadata.integer("general.architecture", 1));
            assertTrue(
                    String.valueOf(mistyped.getMessage()).contains("a whole number but is STRING"),
                    mistyped.getMessage());
            assertEquals(56, mistyped.offset());
            for (String key : List.of("u64", "f32", "strings", "bool")) {
                assertThrows(MalformedFileException.class, () -> metadata.integer(key), key);
            }
            assertThrows(MalformedFileException.class, () -> metadata.count("i8"));
            assertThrows(MalformedFileException.class, () -> metadata.strings("integers"));
            assertThrows(MalformedFileException.class, () -> metadata.integers("floats"));
            assertThrows(MalformedFileException.class, () -> metadata.floats("strings"));
            assertThrows(MalformedFileException.class, () -> metadata.array("u8"));
            assertThrows(MalformedFileException.class, () -> metadata.bool("u8"));
            assertThrows(MalformedFileException.class, () -> metadata.number("bool"));
            assertThrows(
                    InvalidArgumentException.class,
                    () -> metadata.array("strings").integer(0));
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> metadata.array("integers").integer(3));
        }
    }

    @Test
    void tensorsAreReadInPlace() {
        Path path = folder.resolve("sample.gguf");
        SampleGguf.writer().write(path);
        GgufFile file = GgufFile.open(path);
        GgufTensor matrix = file.find("matrix").orElseThrow();
        assertEquals(Shape.of(2, 3), matrix.shape());
        assertEquals(DType.F32, matrix.dtype());
        assertEquals(0, matrix.offset() % 32);
        MemorySegment data = file.data("matrix");
        assertTrue(data.isReadOnly() && data.isMapped());
        assertEquals(-1, data.mismatch(SampleGguf.ramp(24)));
        assertEquals(-1, file.data("quantized").mismatch(SampleGguf.ramp(36)));
        assertEquals(Shape.SCALAR, file.info("scalar").shape());
        assertEquals(0, file.data("empty").byteSize());
        assertEquals(List.of("matrix", "quantized", "unknown", "scalar", "empty"), List.copyOf(file.names()));
        assertThrows(MalformedFileException.class, () -> file.data("nothing"));
        assertEquals(Optional.empty(), file.find("nothing"));
        file.close();
        file.close();
        assertThrows(ClosedException.class, () -> file.data("matrix"));
        assertThrows(IllegalStateException.class, () -> data.get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void aTypeThatTenonLacksIsAnErrorOnUse() {
        try (GgufFile file = GgufFile.of(MemorySegment.ofArray(SampleGguf.bytes()), "sample.gguf")) {
            GgufTensor unknown = file.find("unknown").orElseThrow();
            assertEquals("IQ2_S", unknown.typeName());
            assertEquals(82, file.data("unknown").byteSize());
            assertThrows(DTypeException.class, unknown::dtype);
        }
    }

    @Test
    void everyTypeHasTenonsSizes() {
        for (GgufType type : GgufType.values()) {
            assertEquals(Optional.of(type), GgufType.of(type.code()));
            if (type.isSupported()) {
                assertEquals(type.dtype().blockSize(), type.blockSize(), type.name());
                assertEquals(type.dtype().blockBytes(), type.blockBytes(), type.name());
                assertEquals(type, GgufType.of(type.dtype()));
            }
        }
        for (int code : new int[] {-1, 4, 5, 31, 36, 42, Integer.MAX_VALUE}) {
            assertEquals(Optional.empty(), GgufType.of(code));
        }
        assertThrows(DTypeException.class, () -> GgufType.of(DType.BOOL));
    }

    @Test
    void version2IsRead() {
        byte[] bytes = SampleGguf.bytes();
        bytes[4] = 2;
        try (GgufFile file = GgufFile.of(MemorySegment.ofArray(bytes), "sample.gguf")) {
            assertEquals(2, file.version());
            assertEquals(5, file.tensors().size());
        }
    }

    @Test
    void otherAlignmentsAreKept() throws IOException {
        Path path = folder.resolve("aligned.gguf");
        new GgufWriter()
                .putCount("general.alignment", 256)
                .tensor("a", Shape.of(3), DType.I8, SampleGguf.ramp(3))
                .tensor("b", Shape.of(3), DType.I8, SampleGguf.ramp(3))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(256, file.alignment());
            for (GgufTensor tensor : file.tensors()) {
                assertEquals(0, tensor.offset() % 256);
            }
        }
        assertEquals(0, Files.size(path) % 256);
    }

    @Test
    void aFailedWriteLeavesTheOldFile() throws IOException {
        Path path = folder.resolve("model.gguf");
        SampleGguf.writer().write(path);
        byte[] before = Files.readAllBytes(path);
        GgufWriter tooShort = new GgufWriter().tensor("t", Shape.of(9), DType.F32, SampleGguf.ramp(8));
        assertThrows(InvalidArgumentException.class, () -> tooShort.write(path));
        GgufWriter failing = new GgufWriter().tensor("t", Shape.of(9), GgufType.F32, channel -> {
            throw new IOException("no data");
        });
        assertThrows(InputOutputException.class, () -> failing.write(path));
        assertArrayEquals(before, Files.readAllBytes(path));
        try (var files = Files.list(folder)) {
            assertEquals(List.of(path), files.toList());
        }
    }

    @Test
    void writersMistakesAreErrors() {
        GgufWriter writer = new GgufWriter().put("k", "v").tensor("t", Shape.of(1), DType.I8, SampleGguf.ramp(1));
        assertThrows(InvalidArgumentException.class, () -> writer.put("k", "w"));
        assertThrows(
                InvalidArgumentException.class, () -> writer.tensor("t", Shape.of(1), DType.I8, SampleGguf.ramp(1)));
        assertThrows(InvalidArgumentException.class, () -> writer.putCount("general.alignment", 48));
        assertThrows(InvalidArgumentException.class, () -> writer.putCount("count", 1L << 32));
        assertThrows(DTypeException.class, () -> writer.tensor("b", Shape.of(1), DType.BOOL, SampleGguf.ramp(1)));
    }

    @Test
    void splitFilesAreOneModel() {
        for (int part = 0; part < 3; part++) {
            split(part, 3, 3, "t" + part).write(part(part));
        }
        for (int from = 0; from < 3; from++) {
            try (GgufFile file = GgufFile.open(part(from))) {
                assertEquals(List.of("t0", "t1", "t2"), List.copyOf(file.names()));
                assertEquals(3, file.files().size());
                assertEquals(0, file.metadata().integer("split.no"));
                assertEquals(2, file.find("t2").orElseThrow().part());
                assertEquals(-1, file.data("t2").mismatch(SampleGguf.ramp(5)));
            }
        }
    }

    @Test
    void splitFilesThatDoNotFitAreErrors() throws IOException {
        split(0, 3, 3, "t0").write(part(0));
        split(1, 3, 3, "t1").write(part(1));
        assertThrows(InputOutputException.class, () -> GgufFile.open(part(0)), "the third is missing");
        split(2, 3, 3, "t0").write(part(2));
        assertMalformed("an earlier file of the model has one of this name");
        split(1, 3, 3, "t2").write(part(2));
        assertMalformed("it should be 2 for this file");
        split(2, 4, 3, "t2").write(part(2));
        assertMalformed("it should be 3 for this file");
        split(2, 3, 3, "t2").write(part(2));
        split(0, 3, 9, "t0").write(part(0));
        assertMalformed("the files hold 3 tensors");
        Path renamed = folder.resolve("renamed.gguf");
        Files.move(part(0), renamed);
        assertThrows(MalformedFileException.class, () -> GgufFile.open(renamed));
    }

    private void assertMalformed(String problem) {
        MalformedFileException error = assertThrows(MalformedFileException.class, () -> GgufFile.open(part(0)));
        assertTrue(String.valueOf(error.getMessage()).contains(problem), error.getMessage());
    }

    private Path part(int part) {
        return folder.resolve("m-0000" + (part + 1) + "-of-00003.gguf");
    }

    private static GgufWriter split(int part, int count, int tensors, String name) {
        return new GgufWriter()
                .put("split.no", new GgufValue.Int(GgufValueType.UINT16, part))
                .put("split.count", new GgufValue.Int(GgufValueType.UINT16, count))
                .put("split.tensors.count", new GgufValue.Int(GgufValueType.INT32, tensors))
                .tensor(name, Shape.of(5), DType.I8, SampleGguf.ramp(5));
    }

    @Test
    void filesThatCannotBeMappedAreErrors() throws IOException {
        assertThrows(InputOutputException.class, () -> GgufFile.open(folder.resolve("none.gguf")));
        assertThrows(InputOutputException.class, () -> GgufFile.open(folder));
        Path empty = Files.createFile(folder.resolve("empty.gguf"));
        assertThrows(MalformedFileException.class, () -> GgufFile.open(empty));
    }

    /** A sparse file: a hole of five gigabytes takes no room on disk. */
    @Test
    void tensorsPastFourGigabytesAreReached() throws IOException {
        Path path = folder.resolve("large.gguf");
        long hole = 5L << 30;
        RawGguf header = RawGguf.header(3, 2, 0)
                .tensor("hole", GgufType.I8, 0, 1L << 20, 5L << 10)
                .tensor("last", GgufType.I32, hole, 1)
                .data(0);
        Files.write(path, header.toBytes());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), header.size() + hole);
        }
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(hole, file.data("hole").byteSize());
            assertEquals(0x04030201, file.data("last").get(ValueLayout.JAVA_INT, 0));
        }
    }

    @Test
    void openingAGigabyteTakesLittleMemory() throws IOException {
        Path status = Path.of("/proc/self/status");
        Assumptions.assumeTrue(Files.exists(status), "resident memory is read from /proc, which is not there");
        Path path = folder.resolve("gigabyte.gguf");
        List<String> tokens =
                IntStream.range(0, 250_000).mapToObj(i -> "token " + i).toList();
        new GgufWriter()
                .putStrings("tokenizer.ggml.tokens", tokens)
                .tensor("t", Shape.of(4), DType.I8, SampleGguf.ramp(4))
                .write(path);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), 1L << 30);
        }
        long before = residentKilobytes(status);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(1, file.tensors().size());
            long after = residentKilobytes(status);
            assertTrue(after - before < 50_000, "opening it added " + (after - before) + " kB");
        }
    }

    private static long residentKilobytes(Path status) throws IOException {
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmRSS"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aPublishedModelIsRead() {
        String data = System.getenv("TENON_TEST_DATA");
        Assumptions.assumeTrue(data != null, "TENON_TEST_DATA is not set");
        try (GgufFile file = GgufFile.open(Path.of(data, "models", "stories260K.gguf"))) {
            assertEquals("llama", file.metadata().string("general.architecture"));
            assertEquals(5, file.metadata().count("llama.block_count"));
            assertEquals(512, file.metadata().strings("tokenizer.ggml.tokens").size());
            assertEquals(Shape.of(512, 64), file.info("token_embd.weight").shape());
            assertFalse(file.names().isEmpty());
        }
    }

    @Test
    void dataIsStreamedInPieces() throws IOException {
        MemorySegment large = SampleGguf.ramp((1 << 20) * 2 + 17);
        Path path = folder.resolve("pieces.gguf");
        new GgufWriter()
                .tensor("t", Shape.of(large.byteSize()), GgufType.I8, WeightBytes.of(large))
                .write(path);
        try (GgufFile file = GgufFile.open(path)) {
            assertEquals(-1, file.data("t").mismatch(large));
        }
    }
}
