package dev.tenon.models.gguf;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.models.weights.WeightBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.channels.Channels;
import java.util.List;

/** A small file with every kind of value and several types of tensor. */
public final class SampleGguf {
    private SampleGguf() {}

    public static GgufWriter writer() {
        return new GgufWriter()
                .put("general.architecture", "llama")
                .putCount("general.alignment", 32)
                .put("u8", new GgufValue.Int(GgufValueType.UINT8, 255))
                .put("i8", new GgufValue.Int(GgufValueType.INT8, -128))
                .put("u16", new GgufValue.Int(GgufValueType.UINT16, 65_535))
                .put("i16", new GgufValue.Int(GgufValueType.INT16, -32_768))
                .put("i32", new GgufValue.Int(GgufValueType.INT32, Integer.MIN_VALUE))
                .put("u64", new GgufValue.Int(GgufValueType.UINT64, -1))
                .put("i64", new GgufValue.Int(GgufValueType.INT64, Long.MIN_VALUE))
                .putFloat("f32", 0.1f)
                .put("f64", new GgufValue.Real(GgufValueType.FLOAT64, Math.PI))
                .put("bool", true)
                .putStrings("strings", List.of("", "one", "zwölf", "\uD83D\uDE00"))
                .put("integers", GgufArray.ofIntegers(GgufValueType.INT16, -1, 2, 300))
                .put("floats", GgufArray.ofFloats(1, -2.5f))
                .put("bools", GgufArray.ofBooleans(true, false, true))
                .put(
                        "nested",
                        GgufArray.ofArrays(List.of(
                                GgufArray.ofStrings(List.of("a", "bc")),
                                GgufArray.ofIntegers(GgufValueType.UINT32, 7),
                                GgufArray.ofArrays(List.of()))))
                .tensor("matrix", Shape.of(2, 3), DType.F32, ramp(24))
                .tensor("quantized", Shape.of(2, 32), DType.Q4_0, ramp(36))
                .tensor("unknown", Shape.of(256), GgufType.IQ2_S, WeightBytes.of(ramp(82)))
                .tensor("scalar", Shape.SCALAR, DType.F64, ramp(8))
                .tensor("empty", Shape.of(0, 4), DType.F16, ramp(0));
    }

    public static byte[] bytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            writer().writeTo(Channels.newChannel(out));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    /** The end of the last tensor's data; what follows is padding, which a file may lack. */
    static long dataEnd(byte[] whole) {
        try (GgufFile file = GgufFile.of(MemorySegment.ofArray(whole), "sample.gguf")) {
            return file.tensors().stream()
                    .filter(tensor -> tensor.byteSize() > 0)
                    .mapToLong(tensor -> tensor.offset() + tensor.byteSize())
                    .max()
                    .orElseThrow();
        }
    }

    static MemorySegment ramp(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 7 + 3);
        }
        return MemorySegment.ofArray(bytes);
    }
}
