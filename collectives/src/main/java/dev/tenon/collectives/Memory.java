package dev.tenon.collectives;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * All memory as one segment, by absolute addresses: what kernels and flags of this module go through. A constant segment
 * spares the compiled code every check but one, and that one too where a base is masked with {@link #ADDRESS_MASK}.
 * Callers vouch for the addresses.
 */
public final class Memory {
    /** Byte offset equals absolute address. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Leaves a valid address as it is, and tells the compiler that it is not negative. */
    public static final long ADDRESS_MASK = (1L << 60) - 1;

    public static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

    private static final VarHandle SHARED_LONG = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle SHARED_INT = ValueLayout.JAVA_INT.varHandle();

    private Memory() {}

    public static void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
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

    /** Sees everything that was written before the {@link #publish} whose value it reads. */
    public static long observe(long address) {
        return (long) SHARED_LONG.getAcquire(ALL, address);
    }

    /** Everything written before is seen by who {@link #observe}s this value. */
    public static void publish(long address, long value) {
        SHARED_LONG.setRelease(ALL, address, value);
    }

    public static int observeInt(long address) {
        return (int) SHARED_INT.getAcquire(ALL, address);
    }

    public static void publishInt(long address, int value) {
        SHARED_INT.setVolatile(ALL, address, value);
    }

    public static boolean compareAndSet(long address, int expected, int value) {
        return SHARED_INT.compareAndSet(ALL, address, expected, value);
    }

    public static int getAndAdd(long address, int delta) {
        return (int) SHARED_INT.getAndAdd(ALL, address, delta);
    }
}
