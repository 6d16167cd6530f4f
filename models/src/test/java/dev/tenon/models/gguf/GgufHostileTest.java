package dev.tenon.models.gguf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.MalformedFileException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GgufHostileTest {
    private record Case(String name, RawGguf file, String field, long offset) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        return Stream.of(
                new Case("another format", new RawGguf().string("not a model"), "magic", 0),
                new Case("nothing", new RawGguf(), "magic", 0),
                new Case("version 1", RawGguf.header(1, 0, 0), "version", 4),
                new Case("version 4", RawGguf.header(4, 0, 0), "version", 4),
                new Case("big-endian", RawGguf.header(3 << 24, 0, 0), "version", 4),
                new Case(
                        "header cut",
                        new RawGguf().int32(GgufReader.MAGIC).int32(3).int32(1),
                        "tensor_count",
                        8),
                new Case("2^60 tensors", RawGguf.header(3, 1L << 60, 0), "tensor_count", 8),
                new Case("-1 tensors", RawGguf.header(3, -1, 0), "tensor_count", 8),
                new Case("2^60 keys", RawGguf.header(3, 0, 1L << 60), "metadata_kv_count", 16),
                new Case(
                        "a key past the end",
                        RawGguf.header(3, 0, 1).int64(1L << 40).data(64),
                        "metadata key",
                        24),
                new Case("a key of 2^64 - 1", RawGguf.header(3, 0, 1).int64(-1).data(64), "metadata key", 24),
                new Case("a key not UTF-8", key(new byte[] {(byte) 0xC0, (byte) 0x80}), "metadata key", 24),
                new Case("a key of 70,000 bytes", key(new byte[70_000]), "metadata key", 24),
                new Case(
                        "value type 13",
                        RawGguf.header(3, 0, 1).string("k").int32(13).data(8),
                        "value type",
                        33),
                new Case(
                        "a value cut",
                        RawGguf.header(3, 0, 1).key("k", GgufValueType.INT64).int32(1),
                        "value",
                        37),
                new Case(
                        "bool 2",
                        RawGguf.header(3, 0, 1).key("k", GgufValueType.BOOL).int8(2),
                        "value",
                        37),
                new Case(
                        "string 2^62", one(GgufValueType.STRING).int64(1L << 62).data(8), "string length", 37),
                new Case("array of type 99", one(GgufValueType.ARRAY).int32(99).int64(0), "element type", 37),
                new Case("2^60 bytes", array(GgufValueType.UINT8, 1L << 60).data(64), "array length", 41),
                new Case(
                        "2^61 longs overflow",
                        array(GgufValueType.INT64, 1L << 61).data(64),
                        "array length",
                        41),
                new Case("2^60 strings", array(GgufValueType.STRING, 1L << 60).data(64), "array length", 41),
                new Case("2^60 arrays", array(GgufValueType.ARRAY, 1L << 60).data(64), "array length", 41),
                new Case(
                        "string in array past end",
                        array(GgufValueType.STRING, 1).int64(99),
                        "array element",
                        49),
                new Case("bool in array 7", array(GgufValueType.BOOL, 2).int8(1).int8(7), "array element", 50),
                new Case("a thousand arrays deep", deep(1000), "nested more than 8 deep", 145),
                new Case("a key twice", twice(), "metadata 'k' key", 38),
                new Case("alignment 24", alignment(24), "general.alignment", 53),
                new Case("alignment 0", alignment(0), "general.alignment", 53),
                new Case("alignment not whole", notWholeAlignment(), "general.alignment", 53),
                new Case("5 dimensions", table("t", GgufType.F32, 0, 1, 1, 1, 1, 1), "n_dimensions", 33),
                new Case(
                        "-1 dimensions",
                        RawGguf.header(3, 1, 0).string("t").int32(-1).data(64),
                        "n_dimensions",
                        33),
                new Case("a dimension of -1", table("t", GgufType.F32, 0, -1), "dimension", 37),
                new Case("2^64 elements", table("t", GgufType.F32, 0, 1L << 32, 1L << 32), "dimension", 45),
                new Case("2^64 behind a zero", table("t", GgufType.F32, 0, 0, 1L << 62, 1L << 62), "dimension", 53),
                new Case("2^63 bytes", table("t", GgufType.F32, 0, 1L << 62), "dimensions", 33),
                new Case("half a block", table("t", GgufType.Q4_K, 0, 128), "whole blocks", 33),
                new Case(
                        "type 4",
                        RawGguf.header(3, 1, 0)
                                .string("t")
                                .int32(0)
                                .int32(4)
                                .int64(0)
                                .data(8),
                        "type",
                        37),
                new Case("offset 1", table("t", GgufType.F32, 1, 1), "offset", 49),
                new Case("offset past the end", table("t", GgufType.F32, 64, 1), "offset", 49),
                new Case("offset 2^63", table("t", GgufType.F32, Long.MIN_VALUE, 1), "offset", 49),
                new Case("offset 2^64 - 32", table("t", GgufType.F32, -32, 1), "offset", 49),
                new Case("data past the end", table("t", GgufType.F32, 0, 17), "offset", 49),
                new Case("a name twice", two("t", "t", 0, 32), "'t' name", 57),
                new Case("one place twice", two("t", "u", 0, 0), "overlaps", 82),
                new Case(
                        "a table cut",
                        RawGguf.header(3, 1, 0).string("t").int32(1).int64(8).int64(0),
                        "offset",
                        49));
    }

    private static RawGguf one(GgufValueType type) {
        return RawGguf.header(3, 0, 1).key("k", type);
    }

    private static RawGguf array(GgufValueType element, long length) {
        return one(GgufValueType.ARRAY).int32(element.ordinal()).int64(length);
    }

    private static RawGguf key(byte[] key) {
        return RawGguf.header(3, 0, 1).int64(key.length).bytes(key).int32(0).data(8);
    }

    private static RawGguf deep(int depth) {
        RawGguf file = array(GgufValueType.ARRAY, 1);
        for (int i = 0; i < depth; i++) {
            file.int32(GgufValueType.ARRAY.ordinal()).int64(1);
        }
        return file.int32(0).int64(0);
    }

    private static RawGguf twice() {
        return RawGguf.header(3, 0, 2)
                .key("k", GgufValueType.INT8)
                .int8(1)
                .key("k", GgufValueType.INT8)
                .int8(1);
    }

    private static RawGguf alignment(int value) {
        return RawGguf.header(3, 0, 1)
                .key("general.alignment", GgufValueType.UINT32)
                .int32(value);
    }

    private static RawGguf notWholeAlignment() {
        return RawGguf.header(3, 0, 1)
                .key("general.alignment", GgufValueType.STRING)
                .string("32");
    }

    /** One tensor and 64 bytes of data. */
    private static RawGguf table(String name, GgufType type, long offset, long... sizes) {
        return RawGguf.header(3, 1, 0).tensor(name, type, offset, sizes).data(64);
    }

    private static RawGguf two(String first, String second, long firstOffset, long secondOffset) {
        return RawGguf.header(3, 2, 0)
                .tensor(first, GgufType.F32, firstOffset, 8)
                .tensor(second, GgufType.F32, secondOffset, 8)
                .data(64);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void namesFileFieldAndByte(Case each) {
        MalformedFileException error = assertThrows(
                MalformedFileException.class, () -> each.file.open().close());
        assertEquals("raw.gguf", error.file());
        assertTrue(String.valueOf(error.getMessage()).contains(each.field), error.getMessage());
        assertEquals(each.offset, error.offset(), error.getMessage());
    }

    @Test
    void everyTruncationIsAnError() {
        byte[] whole = SampleGguf.bytes();
        for (int size = 0; size < SampleGguf.dataEnd(whole); size++) {
            MemorySegment cut = MemorySegment.ofArray(whole).asSlice(0, size);
            String at = "cut to " + size + " bytes";
            assertThrows(MalformedFileException.class, () -> GgufFile.of(cut, "cut.gguf"), at);
        }
    }

    @Test
    void aHostileNameDoesNotReachTheTerminal() {
        RawGguf file = table("\u001b[2J" + "x".repeat(5000), GgufType.F32, 1, 1);
        String message = String.valueOf(
                assertThrows(MalformedFileException.class, file::open).getMessage());
        assertFalse(message.contains("\u001b"), message);
        assertTrue(message.length() < 300, message);
    }

    @Test
    void emptyTensorsAndScalarsAreFine() {
        RawGguf file = RawGguf.header(3, 3, 0)
                .tensor("empty", GgufType.F32, 0, 0, 7)
                .tensor("scalar", GgufType.F32, 0)
                .tensor("past the end", GgufType.F16, 1 << 20, 5, 0)
                .data(4);
        try (GgufFile gguf = file.open()) {
            assertEquals(
                    List.of(0L, 4L, 0L),
                    gguf.tensors().stream().map(GgufTensor::byteSize).toList());
            assertEquals(0, gguf.data("past the end").byteSize());
            assertEquals(4, gguf.data("scalar").byteSize());
        }
    }
}
