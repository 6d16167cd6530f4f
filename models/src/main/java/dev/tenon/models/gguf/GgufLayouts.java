package dev.tenon.models.gguf;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/** GGUF's scalars: little-endian, packed without padding. */
final class GgufLayouts {
    static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private GgufLayouts() {}

    /** A whole number as a {@code long}; an unsigned 64-bit value past 2^63 - 1 comes out negative. */
    static long integer(MemorySegment segment, GgufValueType type, long at) {
        return switch (type) {
            case UINT8, BOOL -> segment.get(ValueLayout.JAVA_BYTE, at) & 0xFF;
            case INT8 -> segment.get(ValueLayout.JAVA_BYTE, at);
            case UINT16 -> segment.get(SHORT, at) & 0xFFFF;
            case INT16 -> segment.get(SHORT, at);
            case UINT32 -> segment.get(INT, at) & 0xFFFF_FFFFL;
            case INT32 -> segment.get(INT, at);
            case UINT64, INT64 -> segment.get(LONG, at);
            case FLOAT32, FLOAT64, STRING, ARRAY -> throw new AssertionError(type);
        };
    }

    static double real(MemorySegment segment, GgufValueType type, long at) {
        return type == GgufValueType.FLOAT32 ? segment.get(FLOAT, at) : segment.get(DOUBLE, at);
    }

    static void putInteger(MemorySegment segment, GgufValueType type, long at, long value) {
        switch (type) {
            case UINT8, INT8, BOOL -> segment.set(ValueLayout.JAVA_BYTE, at, (byte) value);
            case UINT16, INT16 -> segment.set(SHORT, at, (short) value);
            case UINT32, INT32 -> segment.set(INT, at, (int) value);
            case UINT64, INT64 -> segment.set(LONG, at, value);
            case FLOAT32, FLOAT64, STRING, ARRAY -> throw new AssertionError(type);
        }
    }

    /** Whether a whole number can be stored under a type without loss; all 64 bits count for {@code UINT64}. */
    static boolean fits(GgufValueType type, long value) {
        return switch (type) {
            case UINT8 -> value >= 0 && value <= 0xFF;
            case INT8 -> value == (byte) value;
            case UINT16 -> value >= 0 && value <= 0xFFFF;
            case INT16 -> value == (short) value;
            case UINT32 -> value >= 0 && value <= 0xFFFF_FFFFL;
            case INT32 -> value == (int) value;
            case UINT64, INT64 -> true;
            case FLOAT32, FLOAT64, BOOL, STRING, ARRAY -> false;
        };
    }
}
