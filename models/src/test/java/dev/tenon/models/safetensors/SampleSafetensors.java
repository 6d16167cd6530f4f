package dev.tenon.models.safetensors;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.models.weights.WeightBytes;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;

/** Small files, well and badly made. */
public final class SampleSafetensors {
    private SampleSafetensors() {}

    public static SafetensorsWriter writer() {
        return new SafetensorsWriter()
                .metadata("format", "pt")
                .metadata("Ünïcode", "\"quoted\"\n")
                .tensor("matrix", Shape.of(2, 3), DType.F32, ramp(24))
                .tensor("bias", Shape.of(5), DType.BF16, ramp(10))
                .tensor("odd", Shape.of(3), DType.U8, ramp(3))
                .tensor("scalar", Shape.SCALAR, DType.F64, ramp(8))
                .tensor("empty", Shape.of(0, 4), DType.F16, ramp(0))
                .tensor("small", Shape.of(2, 2), SafetensorsType.F8_E4M3, WeightBytes.of(ramp(4)))
                .tensor("flags", Shape.of(2), DType.BOOL, MemorySegment.ofArray(new byte[] {0, 1}));
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

    /** A file with this header and so many bytes of data. */
    static byte[] raw(String header, int data) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + json.length + data)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    static MemorySegment ramp(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 5 + 1);
        }
        return MemorySegment.ofArray(bytes);
    }
}
