package dev.tenon.conformance.reference;

import dev.tenon.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Bits of one plain element to a number and back. Bits are zero-extended to 64. */
public final class NumberFormat {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;

    private NumberFormat() {}

    /** The element's bits at a byte offset. */
    public static long read(DType dtype, MemorySegment memory, long at) {
        return switch (dtype.blockBytes()) {
            case 1 -> memory.get(ValueLayout.JAVA_BYTE, at) & 0xFFL;
            case 2 -> memory.get(SHORT, at) & 0xFFFFL;
            case 4 -> memory.get(INT, at) & 0xFFFF_FFFFL;
            default -> memory.get(LONG, at);
        };
    }

    /** Writes an element's bits at a byte offset. */
    public static void write(DType dtype, MemorySegment memory, long at, long bits) {
        switch (dtype.blockBytes()) {
            case 1 -> memory.set(ValueLayout.JAVA_BYTE, at, (byte) bits);
            case 2 -> memory.set(SHORT, at, (short) bits);
            case 4 -> memory.set(INT, at, (int) bits);
            default -> memory.set(LONG, at, bits);
        }
    }

    /** The number that bits of a float type stand for; integers and BOOL as the nearest double. */
    public static double real(DType dtype, long bits) {
        return switch (dtype) {
            case F64 -> Double.longBitsToDouble(bits);
            case F32 -> Float.intBitsToFloat((int) bits);
            case BF16 -> Float.intBitsToFloat((int) bits << 16);
            case F16 -> half((int) bits);
            case I64, I32, I16, I8, U8, BOOL -> whole(dtype, bits);
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw quantized(dtype);
        };
    }

    /** The integer that bits of an integer type or BOOL stand for. */
    public static long whole(DType dtype, long bits) {
        return switch (dtype) {
            case I64 -> bits;
            case I32 -> (int) bits;
            case I16 -> (short) bits;
            case I8 -> (byte) bits;
            case U8, BOOL -> bits & 0xFF;
            case F64, F32, F16, BF16 -> throw new IllegalArgumentException(dtype + " holds no integers");
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw quantized(dtype);
        };
    }

    /** The low bits of an integer, as an integer type keeps them; BOOL: 1 for anything but 0. */
    public static long bitsOfWhole(DType dtype, long value) {
        if (dtype == DType.BOOL) {
            return value == 0 ? 0 : 1;
        }
        return dtype.blockBytes() == 8 ? value : value & ((1L << (8 * dtype.blockBytes())) - 1);
    }

    /**
     * The nearest value of a plain type, ties to even; integers truncate and saturate, NaN gives 0; BOOL is 1 for
     * anything but 0.
     */
    public static long bitsOfReal(DType dtype, double value) {
        return switch (dtype) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
            case F16 -> narrow(value, 10, 5);
            case BF16 -> narrow(value, 7, 8);
            case I64 -> (long) value;
            case I32 -> (int) value & 0xFFFF_FFFFL;
            case I16 -> clamp(value, Short.MIN_VALUE, Short.MAX_VALUE) & 0xFFFF;
            case I8 -> clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE) & 0xFF;
            case U8 -> clamp(value, 0, 255);
            case BOOL -> value == 0 ? 0 : 1;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw quantized(dtype);
        };
    }

    /** {@code value} rounded to a plain type and back. */
    public static double rounded(DType dtype, double value) {
        return real(dtype, bitsOfReal(dtype, value));
    }

    /** The distance between neighbours of a float type at the magnitude of {@code value}. */
    public static double ulp(DType dtype, double value) {
        int exponent = Math.max(Math.getExponent(value), minimumExponent(dtype));
        return Math.scalb(1.0, Math.min(exponent, maximumExponent(dtype)) - fractionBits(dtype));
    }

    /** The largest finite value of a float type. */
    public static double largest(DType dtype) {
        return Math.scalb(2 - Math.scalb(1.0, -fractionBits(dtype)), maximumExponent(dtype));
    }

    /** The smallest normal value of a float type. */
    public static double smallestNormal(DType dtype) {
        return Math.scalb(1.0, minimumExponent(dtype));
    }

    private static int fractionBits(DType dtype) {
        return switch (dtype) {
            case F64 -> 52;
            case F32 -> 23;
            case F16 -> 10;
            case BF16 -> 7;
            case I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(dtype + " has no fraction");
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> throw quantized(dtype);
        };
    }

    private static int maximumExponent(DType dtype) {
        return dtype == DType.F64 ? 1023 : dtype == DType.F16 ? 15 : 127;
    }

    private static int minimumExponent(DType dtype) {
        return 1 - maximumExponent(dtype);
    }

    /** IEEE 754 binary16. */
    static double half(int bits) {
        int exponent = bits >>> 10 & 0x1F;
        int fraction = bits & 0x3FF;
        double magnitude = switch (exponent) {
            case 0 -> Math.scalb((double) fraction, -24);
            case 31 -> fraction == 0 ? Double.POSITIVE_INFINITY : Double.NaN;
            default -> Math.scalb((double) (fraction + 1024), exponent - 25);
        };
        return (bits & 0x8000) == 0 ? magnitude : -magnitude;
    }

    /** Rounds a double once, ties to even, to a 16-bit float with the given field widths. */
    private static long narrow(double value, int fractionBits, int exponentBits) {
        int sign = Double.doubleToRawLongBits(value) < 0 ? 0x8000 : 0;
        int infinity = ((1 << exponentBits) - 1) << fractionBits;
        if (Double.isNaN(value)) {
            return sign | infinity | 1 << (fractionBits - 1);
        }
        double magnitude = Math.abs(value);
        int bias = (1 << (exponentBits - 1)) - 1;
        if (magnitude >= Math.scalb(1.0, bias + 1)) {
            return sign | infinity;
        }
        int exponent = Math.max(Math.getExponent(magnitude), 1 - bias);
        // Exact: only the exponent changes. Then an integer with at most fractionBits + 1 bits before its point.
        long steps = (long) Math.rint(Math.scalb(magnitude, fractionBits - exponent));
        // A carry out of the fraction moves into the exponent field, and past the largest value to infinity.
        return sign | (((long) (exponent + bias - 1) << fractionBits) + steps);
    }

    private static long clamp(double value, long low, long high) {
        return Math.max(low, Math.min(high, (long) value));
    }

    private static IllegalArgumentException quantized(DType dtype) {
        return new IllegalArgumentException(dtype + " has no single elements");
    }
}
