package dev.tenon.models.gguf;

import dev.tenon.error.MalformedFileException;
import dev.tenon.io.Quote;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A place in a GGUF file. Every read is checked against the bytes left, and so is every count before anything is done
 * that many times: nothing is allocated on a file's word.
 */
final class GgufCursor {
    /** Arrays in arrays in arrays: no known model has more than one level; deeper files are hostile. */
    static final int MAX_DEPTH = 8;
    /** Elements of an array whose elements are looked at one by one; the largest vocabularies have a quarter of a million. */
    static final long MAX_VARIABLE_ELEMENTS = 1L << 24;
    /** Bytes of a key or a tensor's name; the specification's limit for keys. */
    private static final int MAX_NAME = 65_535;

    private static final int WINDOW = 1 << 15;

    private final MemorySegment segment;
    private final String file;
    private final long size;
    /** A copy of the bytes from {@code windowStart} on: half a million interpreted segment reads cost 50 ms at start-up. */
    private final byte[] window;

    private long windowStart;
    private int windowSize;
    private String kind = "";
    private @Nullable String subject;
    private long at;

    GgufCursor(MemorySegment segment, String file) {
        this.segment = segment;
        this.file = file;
        this.size = segment.byteSize();
        this.window = new byte[(int) Math.min(WINDOW, size)];
    }

    long at() {
        return at;
    }

    long left() {
        return size - at;
    }

    /** What is being read, put before the field's name in errors: a kind of thing, and its name where it has one. */
    void context(String kind, @Nullable String subject) {
        this.kind = kind;
        this.subject = subject;
    }

    /** Made for errors alone: quoting every name took half the time of reading a small file. */
    private String named(String field) {
        return kind + (subject == null ? "" : " " + Quote.of(subject)) + (kind.isEmpty() ? "" : " ") + field;
    }

    int int32(String field) {
        int from = take(4, field);
        return word(from);
    }

    long int64(String field) {
        int from = take(8, field);
        return word(from) & 0xFFFF_FFFFL | (long) word(from + 4) << 32;
    }

    /** A 64-bit count of things that take at least {@code bytesEach} bytes each. */
    long count(long bytesEach, String field) {
        long start = at;
        long count = int64(field);
        if (count < 0 || count > left() / bytesEach) {
            throw malformed(
                    field, start, Long.toUnsignedString(count) + " do not fit in the " + left() + " bytes that follow");
        }
        return count;
    }

    /** A key or a name: short, and strictly UTF-8. */
    String name(String field) {
        long start = at;
        long length = count(1, field);
        if (length > MAX_NAME) {
            throw malformed(field, start, "it is " + length + " bytes long, at most " + MAX_NAME + " are allowed");
        }
        byte[] bytes = segment.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        at += length;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedFileException(file, named(field), start, "it is not UTF-8", e);
        }
    }

    GgufValueType valueType(String field) {
        long start = at;
        int code = int32(field);
        return GgufValueType.of(code)
                .orElseThrow(
                        () -> malformed(field, start, Integer.toUnsignedString(code) + " is no metadata value type"));
    }

    GgufValue value(GgufValueType type) {
        long start = at;
        switch (type) {
            case ARRAY -> {
                GgufValueType element = valueType("element type");
                long length = count(minimumBytes(element), "array length");
                long from = at;
                skipElements(element, length, 1, "array element");
                return new GgufArray(element, length, segment.asSlice(from, at - from));
            }
            case STRING -> {
                long length = count(1, "string length");
                if (length > Integer.MAX_VALUE - 8) {
                    throw malformed("string length", start, length + " bytes are too long for a string");
                }
                at += length;
                return new GgufValue.Text(segment.asSlice(at - length, length));
            }
            case BOOL -> {
                skipElements(type, 1, 0, "value");
                return new GgufValue.Bool(segment.get(ValueLayout.JAVA_BYTE, start) != 0);
            }
            case FLOAT32, FLOAT64 -> {
                skipElements(type, 1, 0, "value");
                return new GgufValue.Real(type, GgufLayouts.real(segment, type, start));
            }
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64 -> {
                skipElements(type, 1, 0, "value");
                return new GgufValue.Int(type, GgufLayouts.integer(segment, type, start));
            }
        }
        throw new AssertionError(type);
    }

    /** Moves past one value. */
    void skipValue(GgufValueType type, int depth, String field) {
        skipElements(type, 1, depth, field);
    }

    private void skipElements(GgufValueType type, long count, int depth, String field) {
        if (depth > MAX_DEPTH) {
            throw malformed(field, at, "arrays are nested more than " + MAX_DEPTH + " deep");
        }
        switch (type) {
            case STRING -> {
                limit(count, field);
                for (long i = 0; i < count; i++) {
                    long length = count(1, field);
                    at += length;
                }
            }
            case ARRAY -> {
                limit(count, field);
                for (long i = 0; i < count; i++) {
                    GgufValueType element = valueType(field);
                    skipElements(element, count(minimumBytes(element), field), depth + 1, field);
                }
            }
            case BOOL -> {
                limit(count, field);
                need(count, field);
                for (long i = 0; i < count; i++) {
                    byte value = window[take(1, field)];
                    if (value != 0 && value != 1) {
                        throw malformed(field, at - 1, "a truth value is 0 or 1, not " + (value & 0xFF));
                    }
                }
            }
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64, FLOAT32, FLOAT64 -> {
                // The count was checked against the bytes left, so the product cannot overflow.
                need(count * type.bytes(), field);
                at += count * type.bytes();
            }
        }
    }

    /** Moves past a few bytes and says where in the window they are. */
    private int take(int bytes, String field) {
        need(bytes, field);
        if (at < windowStart || at + bytes > windowStart + windowSize) {
            windowStart = at;
            windowSize = (int) Math.min(window.length, left());
            MemorySegment.copy(segment, ValueLayout.JAVA_BYTE, at, window, 0, windowSize);
        }
        int from = (int) (at - windowStart);
        at += bytes;
        return from;
    }

    private int word(int from) {
        return window[from] & 0xFF
                | (window[from + 1] & 0xFF) << 8
                | (window[from + 2] & 0xFF) << 16
                | window[from + 3] << 24;
    }

    private void limit(long count, String field) {
        if (count > MAX_VARIABLE_ELEMENTS) {
            throw malformed(field, at, count + " elements are more than the " + MAX_VARIABLE_ELEMENTS + " allowed");
        }
    }

    private static long minimumBytes(GgufValueType type) {
        return switch (type) {
            case STRING -> 8;
            case ARRAY -> 12;
            case UINT8, INT8, UINT16, INT16, UINT32, INT32, UINT64, INT64, FLOAT32, FLOAT64, BOOL -> type.bytes();
        };
    }

    private void need(long bytes, String field) {
        if (bytes > left()) {
            throw malformed(field, at, "the file ends after " + left() + " of its " + bytes + " bytes");
        }
    }

    MalformedFileException malformed(String field, long offset, String problem) {
        return new MalformedFileException(file, named(field), offset, problem);
    }
}
