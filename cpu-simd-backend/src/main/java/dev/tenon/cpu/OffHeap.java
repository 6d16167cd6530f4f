package dev.tenon.cpu;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The one segment through which every kernel of this backend reads and writes: addresses are absolute {@code long}s.
 *
 * <p>A constant segment over all memory gives C2 one exact type, no scope to check and a constant length. The bounds
 * check that remains folds away when the compiler knows that an address is not negative, so a kernel masks each base
 * address once with {@link #ADDRESS_MASK} before its loop, and adds offsets that are known not to be negative (an
 * {@code int} counter times a constant, or a masked {@code long}). Without the mask C2 (JDK 25) keeps about ten
 * instructions of check for each access: a 6x16 matrix tile ran at 41 GFLOP/s instead of 94.
 *
 * <p>Callers vouch for the addresses. Nothing here is checked: operands are checked once, above the kernels.
 */
public final class OffHeap {
    /** All memory: byte offset equals absolute address. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Leaves a valid address as it is and tells the compiler that it is not negative, with room to add offsets. */
    public static final long ADDRESS_MASK = (1L << 60) - 1;

    /** The byte order of all tensor data, and of every CPU that this backend runs on. */
    public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    public static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    public static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    public static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    public static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
    public static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);
    public static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ORDER);

    private OffHeap() {}

    public static byte getByte(long address) {
        return ALL.get(BYTE, address);
    }

    public static void setByte(long address, byte value) {
        ALL.set(BYTE, address, value);
    }

    public static short getShort(long address) {
        return ALL.get(SHORT, address);
    }

    public static void setShort(long address, short value) {
        ALL.set(SHORT, address, value);
    }

    public static int getInt(long address) {
        return ALL.get(INT, address);
    }

    public static void setInt(long address, int value) {
        ALL.set(INT, address, value);
    }

    public static long getLong(long address) {
        return ALL.get(LONG, address);
    }

    public static void setLong(long address, long value) {
        ALL.set(LONG, address, value);
    }

    public static float getFloat(long address) {
        return ALL.get(FLOAT, address);
    }

    public static void setFloat(long address, float value) {
        ALL.set(FLOAT, address, value);
    }

    public static double getDouble(long address) {
        return ALL.get(DOUBLE, address);
    }

    public static void setDouble(long address, double value) {
        ALL.set(DOUBLE, address, value);
    }

    /** Copies {@code bytes} bytes; the ranges may overlap. */
    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    /** Sets {@code bytes} bytes to zero. */
    public static void clear(long address, long bytes) {
        ALL.asSlice(address, bytes).fill((byte) 0);
    }
}
