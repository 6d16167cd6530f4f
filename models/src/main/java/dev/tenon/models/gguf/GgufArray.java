package dev.tenon.models.gguf;

import dev.tenon.error.InvalidArgumentException;
import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * An array of metadata values of one type, kept in the form it has in a file and decoded an element at a time. Safe for
 * use from many threads.
 */
public final class GgufArray implements GgufValue {
    private final GgufValueType elementType;
    private final long length;
    private final MemorySegment payload;
    /** Where each string or inner array starts in the payload; made at the first access by index. */
    private volatile long @Nullable [] starts;

    /**
     * @param payload the elements one after another, already checked
     */
    GgufArray(GgufValueType elementType, long length, MemorySegment payload) {
        this.elementType = elementType;
        this.length = length;
        this.payload = payload;
    }

    /** An array of strings, to be written. */
    public static GgufArray ofStrings(List<String> strings) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] header = new byte[8];
        for (String string : strings) {
            byte[] bytes = string.getBytes(StandardCharsets.UTF_8);
            MemorySegment.ofArray(header).set(GgufLayouts.LONG, 0, bytes.length);
            out.writeBytes(header);
            out.writeBytes(bytes);
        }
        return new GgufArray(GgufValueType.STRING, strings.size(), MemorySegment.ofArray(out.toByteArray()));
    }

    /**
     * An array of whole numbers, to be written.
     *
     * @throws InvalidArgumentException if the type does not hold one of them
     */
    public static GgufArray ofIntegers(GgufValueType type, long... values) {
        if (!type.isInteger()) {
            throw new InvalidArgumentException(type + " is no whole-number type");
        }
        MemorySegment payload = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, type.bytes())]);
        for (int i = 0; i < values.length; i++) {
            if (!GgufLayouts.fits(type, values[i])) {
                throw new InvalidArgumentException(values[i] + " is no value of " + type);
            }
            GgufLayouts.putInteger(payload, type, (long) i * type.bytes(), values[i]);
        }
        return new GgufArray(type, values.length, payload);
    }

    /** An array of {@code FLOAT32}, to be written. */
    public static GgufArray ofFloats(float... values) {
        MemorySegment payload = MemorySegment.ofArray(new byte[Math.multiplyExact(values.length, 4)]);
        for (int i = 0; i < values.length; i++) {
            payload.set(GgufLayouts.FLOAT, i * 4L, values[i]);
        }
        return new GgufArray(GgufValueType.FLOAT32, values.length, payload);
    }

    /** An array of truth values, to be written. */
    public static GgufArray ofBooleans(boolean... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return new GgufArray(GgufValueType.BOOL, values.length, MemorySegment.ofArray(bytes));
    }

    /** An array of arrays, to be written. */
    public static GgufArray ofArrays(List<GgufArray> arrays) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] header = new byte[12];
        for (GgufArray array : arrays) {
            MemorySegment.ofArray(header).set(GgufLayouts.INT, 0, array.elementType.ordinal());
            MemorySegment.ofArray(header).set(GgufLayouts.LONG, 4, array.length);
            out.writeBytes(header);
            out.writeBytes(array.payload.toArray(ValueLayout.JAVA_BYTE));
        }
        return new GgufArray(GgufValueType.ARRAY, arrays.size(), MemorySegment.ofArray(out.toByteArray()));
    }

    @Override
    public GgufValueType type() {
        return GgufValueType.ARRAY;
    }

    public GgufValueType elementType() {
        return elementType;
    }

    public long length() {
        return length;
    }

    /** The elements as they stand in a file. */
    MemorySegment payload() {
        return payload;
    }

    /**
     * A whole number; {@code UINT64} past 2^63 - 1 comes out negative.
     *
     * @throws InvalidArgumentException if the elements are not whole numbers
     */
    public long integer(long index) {
        require(elementType.isInteger(), "whole numbers");
        return GgufLayouts.integer(payload, elementType, fixed(index));
    }

    /**
     * A number; whole numbers are converted.
     *
     * @throws InvalidArgumentException if the elements are not numbers
     */
    public double number(long index) {
        if (elementType.isInteger()) {
            return integer(index);
        }
        require(elementType.isFloat(), "numbers");
        return GgufLayouts.real(payload, elementType, fixed(index));
    }

    /**
     * @throws InvalidArgumentException if the elements are not truth values
     */
    public boolean bool(long index) {
        require(elementType == GgufValueType.BOOL, "truth values");
        return GgufLayouts.integer(payload, elementType, fixed(index)) != 0;
    }

    /**
     * A string; what is not UTF-8 becomes U+FFFD ({@link #bytes} gives it unchanged).
     *
     * @throws InvalidArgumentException if the elements are not strings
     */
    public String string(long index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }

    /**
     * A string's bytes.
     *
     * @throws InvalidArgumentException if the elements are not strings
     */
    public byte[] bytes(long index) {
        require(elementType == GgufValueType.STRING, "strings");
        long at = start(index);
        long size = payload.get(GgufLayouts.LONG, at);
        return payload.asSlice(at + 8, size).toArray(ValueLayout.JAVA_BYTE);
    }

    /**
     * An inner array.
     *
     * @throws InvalidArgumentException if the elements are not arrays
     */
    public GgufArray array(long index) {
        require(elementType == GgufValueType.ARRAY, "arrays");
        long at = start(index);
        long end = index + 1 < length ? start(index + 1) : payload.byteSize();
        GgufValueType inner = GgufValueType.of(payload.get(GgufLayouts.INT, at)).orElseThrow();
        return new GgufArray(inner, payload.get(GgufLayouts.LONG, at + 4), payload.asSlice(at + 12, end - at - 12));
    }

    /**
     * All strings as a list that decodes them when asked for, from a copy of their bytes; what is not UTF-8 becomes
     * U+FFFD.
     *
     * @throws InvalidArgumentException if the elements are not strings, or take more than 2^31 bytes
     */
    public List<String> strings() {
        require(elementType == GgufValueType.STRING, "strings");
        if (payload.byteSize() > Integer.MAX_VALUE - 8) {
            throw new InvalidArgumentException(this + " takes " + payload.byteSize() + " bytes");
        }
        return new Strings(payload.toArray(ValueLayout.JAVA_BYTE), arrayLength());
    }

    /**
     * All whole numbers.
     *
     * @throws InvalidArgumentException if the elements are not whole numbers, or more than a Java array holds
     */
    public long[] integers() {
        require(elementType.isInteger(), "whole numbers");
        long[] values = new long[arrayLength()];
        for (int i = 0; i < values.length; i++) {
            values[i] = integer(i);
        }
        return values;
    }

    /**
     * All numbers, rounded to {@code float}.
     *
     * @throws InvalidArgumentException if the elements are not numbers, or more than a Java array holds
     */
    public float[] floats() {
        require(elementType.isInteger() || elementType.isFloat(), "numbers");
        float[] values = new float[arrayLength()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) number(i);
        }
        return values;
    }

    /** For example {@code STRING[32000]}. */
    @Override
    public String toString() {
        return elementType + "[" + length + "]";
    }

    private int arrayLength() {
        if (length > Integer.MAX_VALUE - 8) {
            throw new InvalidArgumentException(this + " is too long for a Java array");
        }
        return (int) length;
    }

    private long fixed(long index) {
        return Objects.checkIndex(index, length) * elementType.bytes();
    }

    private long start(long index) {
        Objects.checkIndex(index, length);
        long[] known = starts;
        if (known == null) {
            known = new long[arrayLength()];
            GgufCursor cursor = new GgufCursor(payload, "array");
            for (int i = 0; i < known.length; i++) {
                known[i] = cursor.at();
                cursor.skipValue(elementType, 1, "array element");
            }
            starts = known;
        }
        return known[(int) index];
    }

    private void require(boolean holds, String asked) {
        if (!holds) {
            throw new InvalidArgumentException(this + " does not hold " + asked);
        }
    }

    /** Strings in one array of bytes, which an interpreted program reads many times faster than a segment. */
    private static final class Strings extends AbstractList<String> implements RandomAccess {
        private final byte[] bytes;
        /** Where each string's length stands; one more for the end. */
        private final int[] starts;

        Strings(byte[] bytes, int count) {
            this.bytes = bytes;
            this.starts = new int[count + 1];
            for (int i = 0; i < count; i++) {
                starts[i + 1] = starts[i] + 8 + length(starts[i]);
            }
        }

        /** The low half of a 64-bit length: the whole payload is shorter than 2^31. */
        private int length(int at) {
            return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF) << 16 | bytes[at + 3] << 24;
        }

        @Override
        public String get(int index) {
            int from = starts[Objects.checkIndex(index, size())];
            return new String(bytes, from + 8, length(from), StandardCharsets.UTF_8);
        }

        @Override
        public int size() {
            return starts.length - 1;
        }
    }
}
