package dev.tenon.models.gguf;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes GGUF field by field with no regard for what makes sense. */
final class RawGguf {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static RawGguf header(int version, long tensors, long keys) {
        return new RawGguf()
                .int32(GgufReader.MAGIC)
                .int32(version)
                .int64(tensors)
                .int64(keys);
    }

    RawGguf int8(int value) {
        out.write(value);
        return this;
    }

    RawGguf int32(int value) {
        out.writeBytes(ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array());
        return this;
    }

    RawGguf int64(long value) {
        out.writeBytes(ByteBuffer.allocate(8)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(value)
                .array());
        return this;
    }

    RawGguf bytes(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    RawGguf string(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return int64(utf8.length).bytes(utf8);
    }

    /** A key, ready for its value. */
    RawGguf key(String key, GgufValueType type) {
        return string(key).int32(type.ordinal());
    }

    /** A line of the tensor table; sizes innermost first, as in the file. */
    RawGguf tensor(String name, GgufType type, long offset, long... sizes) {
        string(name).int32(sizes.length);
        for (long size : sizes) {
            int64(size);
        }
        return int32(type.code()).int64(offset);
    }

    /** Zeros up to a multiple of 32, then {@code bytes} more. */
    RawGguf data(int bytes) {
        return bytes(new byte[(-out.size() & 31) + bytes]);
    }

    byte[] toBytes() {
        return out.toByteArray();
    }

    int size() {
        return out.size();
    }

    GgufFile open() {
        return GgufFile.of(MemorySegment.ofArray(out.toByteArray()), "raw.gguf");
    }
}
