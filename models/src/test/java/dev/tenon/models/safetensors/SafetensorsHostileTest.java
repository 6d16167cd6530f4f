package dev.tenon.models.safetensors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.MalformedFileException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsHostileTest {
    private record Case(String name, byte[] file, String field, long offset) {
        @Override
        public String toString() {
            return name;
        }
    }

    /** A header with one tensor {@code t} of these fields, over four bytes of data. */
    private static Case tensor(String name, String fields, String field, long offset) {
        return header(name, "{\"t\":{" + fields + "}}", field, offset);
    }

    private static Case header(String name, String header, String field, long offset) {
        return new Case(name, SampleSafetensors.raw(header, 4), field, offset);
    }

    private static Case length(String name, long length) {
        byte[] file = ByteBuffer.allocate(64)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(length)
                .put((byte) '{')
                .array();
        return new Case(name, file, "header length", 0);
    }

    private static Case notUtf8() {
        byte[] file = SampleSafetensors.raw("{\"?\":1}", 4);
        file[10] = (byte) 0xFF;
        return new Case("not UTF-8", file, "header", -1);
    }

    static Stream<Case> cases() {
        String good = "\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]";
        return Stream.of(
                new Case("nothing", new byte[0], "header length", 0),
                new Case("a cut length", new byte[7], "header length", 0),
                length("a length past the end", 57),
                length("a length of 2^62", 1L << 62),
                length("a length of 2^64 - 1", -1),
                length("a length over the limit", 100_000_001),
                header("no JSON", "", "header", 8),
                header("an array", "[]", "header", 8),
                header("blanks first", " {}", "header", 8),
                header("a zero", "{\0}", "header", 9),
                header("cut JSON", "{\"t\":{\"dtype\":\"F32\"", "tensor 't'", 27),
                header("two objects", "{}{}", "header", 10),
                header("deep JSON", "{\"t\":{\"x\":" + "[".repeat(100_000), "nesting depth", -1),
                notUtf8(),
                header("no object", "{\"t\":1}", "tensor 't'", 13),
                header("a tensor twice", "{\"t\":{" + good + "},\"t\":{" + good + "}}", "another one of this name", 62),
                header("metadata twice", "{\"__metadata__\":{},\"__metadata__\":{}}", "__metadata__", 27),
                header("metadata not strings", "{\"__metadata__\":{\"a\":1}}", "__metadata__ 'a'", 29),
                header("a key twice", "{\"__metadata__\":{\"a\":\"\",\"a\":\"\"}}", "__metadata__ 'a'", 32),
                header("bytes of no tensor", "{}", "data", 10),
                tensor("no shape", "\"dtype\":\"F32\",\"data_offsets\":[0,4]", "tensor 't'", 13),
                tensor("a field twice", "\"dtype\":\"F32\",\"dtype\":\"F32\"", "tensor 't' dtype", 28),
                tensor("an unknown type", good.replace("F32", "F31"), "tensor 't' dtype", 22),
                tensor("type of a number", good.replace("\"F32\"", "32"), "tensor 't' dtype", 22),
                tensor("negative size", good.replace("[1]", "[-1]"), "tensor 't' shape", 37),
                tensor("broken size", good.replace("[1]", "[1.0]"), "tensor 't' shape", 37),
                tensor("size 2^64", good.replace("[1]", "[18446744073709551616]"), "tensor 't' shape", -1),
                tensor("size of a million digits", good.replace("[1]", "[" + "1".repeat(1_000_000) + "]"), "shape", -1),
                tensor("33 axes", good.replace("[1]", "[" + "1,".repeat(32) + "1]"), "tensor 't' shape", 101),
                tensor("2^64 elements", good.replace("[1]", "[4294967296,4294967296]"), "tensor 't' shape", -1),
                tensor("2^64 behind a zero", good.replace("[1]", "[0,4294967296,4294967296]"), "tensor 't' shape", -1),
                tensor("shape too large", good.replace("[1]", "[2]"), "tensor 't' data_offsets", 55),
                tensor("offsets turned", good.replace("[0,4]", "[4,0]"), "tensor 't' data_offsets", 55),
                tensor("offsets past the end", good.replace("[0,4]", "[4,8]"), "tensor 't' data_offsets", 55),
                tensor(
                        "offsets far away",
                        good.replace("[0,4]", "[9223372036854775803,9223372036854775807]"),
                        "leave",
                        55),
                tensor("one offset", good.replace("[0,4]", "[0]"), "two data_offsets", 13),
                tensor("three offsets", good.replace("[0,4]", "[0,4,4]"), "tensor 't' data_offsets", 60),
                tensor("a hole", "\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]", "hole", 54),
                tensor("half a byte", "\"dtype\":\"F4\",\"shape\":[7],\"data_offsets\":[0,4]", "28 bits", 54),
                header(
                        "an overlap",
                        "{\"a\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[0,3]},"
                                + "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[2,4]}}",
                        "tensor 'b' data_offsets",
                        106));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void namesFileFieldAndByte(Case each) {
        MemorySegment segment = MemorySegment.ofArray(each.file);
        MalformedFileException error =
                assertThrows(MalformedFileException.class, () -> SafetensorsFile.of(segment, "raw.safetensors"));
        assertEquals("raw.safetensors", error.file());
        assertTrue(String.valueOf(error.getMessage()).contains(each.field), error.getMessage());
        assertTrue(error.offset() >= 0, error.getMessage());
        if (each.offset >= 0) {
            assertEquals(each.offset, error.offset(), error.getMessage());
        }
    }

    @Test
    void everyTruncationIsAnError() {
        byte[] whole = SampleSafetensors.bytes();
        for (int size = 0; size < whole.length; size++) {
            MemorySegment cut = MemorySegment.ofArray(whole).asSlice(0, size);
            String at = "cut to " + size + " bytes";
            assertThrows(MalformedFileException.class, () -> SafetensorsFile.of(cut, "cut"), at);
        }
    }
}
