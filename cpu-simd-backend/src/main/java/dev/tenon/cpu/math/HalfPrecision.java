package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.I32;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * F16 and BF16 to F32 (exact) and back (to nearest, ties to even; NaN stays NaN). The Vector API of JDK 25 has no type for
 * either, so the bits are moved with integer operations.
 */
public final class HalfPrecision {
    private static final VectorSpecies<Short> I16 =
            VectorSpecies.of(short.class, VectorShape.forBitSize(Lanes.COUNT * Short.SIZE));

    private static final FloatVector REBIAS = Lanes.splat(0x1p112f);
    private static final IntVector ONE = Constants.bits(1);
    private static final IntVector MAGNITUDE_16 = Constants.bits(0x7FFF);
    private static final IntVector MAGNITUDE_32 = Constants.bits(0x7FFF_FFFF);
    private static final IntVector SIGN_16 = Constants.bits(0x8000);
    private static final IntVector INFINITY_16 = Constants.bits(0x7C00);
    private static final IntVector NAN_16 = Constants.bits(0x7E00);
    private static final IntVector SPECIAL = Constants.bits(0x7C00 << 13);
    private static final IntVector EXPONENT_32 = Constants.bits(0x7F80_0000);
    private static final IntVector QUIET = Constants.bits(0x0040_0000);
    private static final IntVector BELOW_HALF_BF16 = Constants.bits(0x7FFF);
    /** The difference of the biases, and a half at bit 13 less one. */
    private static final IntVector BIAS_AND_HALF = Constants.bits(0xFFF - ((127 - 15) << 23));

    private static final IntVector HALF_BITS = Constants.bits(0x3F00_0000);
    /** 2^-14 and 2^16 in F32. */
    private static final IntVector LEAST_NORMAL = Constants.bits(0x3880_0000);

    private static final IntVector OVERFLOW = Constants.bits(0x4780_0000);

    private HalfPrecision() {}

    public static FloatVector loadBf16(long address) {
        return widen(address).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    public static FloatVector loadF16(long address) {
        IntVector bits = widen(address);
        IntVector magnitude = bits.and(MAGNITUDE_16).lanewise(VectorOperators.LSHL, 13);
        // 2^112 moves the exponent's bias from 15 to 127, subnormal numbers included.
        IntVector scaled = magnitude.reinterpretAsFloats().mul(REBIAS).reinterpretAsInts();
        VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, SPECIAL);
        IntVector sign = bits.and(SIGN_16).lanewise(VectorOperators.LSHL, 16);
        return scaled.blend(magnitude.or(EXPONENT_32), special).or(sign).reinterpretAsFloats();
    }

    public static void storeBf16(long address, FloatVector value) {
        IntVector bits = value.reinterpretAsInts();
        IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(ONE);
        IntVector rounded = bits.add(BELOW_HALF_BF16).add(odd);
        VectorMask<Integer> nan = value.compare(VectorOperators.NE, value).cast(I32);
        narrow(address, rounded.blend(bits.or(QUIET), nan).lanewise(VectorOperators.LSHR, 16));
    }

    public static void storeF16(long address, FloatVector value) {
        IntVector bits = value.reinterpretAsInts();
        IntVector magnitude = bits.and(MAGNITUDE_32);
        // Normal numbers: move the bias and round at bit 13; a carry runs into the exponent as it should.
        IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(ONE);
        IntVector normal = magnitude.add(BIAS_AND_HALF).add(odd).lanewise(VectorOperators.LSHR, 13);
        // Below 2^-14: adding 1/2 lets the hardware round at the bit that has the weight 2^-24.
        IntVector subnormal = magnitude
                .reinterpretAsFloats()
                .add(Constants.HALF)
                .reinterpretAsInts()
                .sub(HALF_BITS);
        IntVector result = normal.blend(subnormal, magnitude.compare(VectorOperators.LT, LEAST_NORMAL))
                .blend(INFINITY_16, magnitude.compare(VectorOperators.GE, OVERFLOW))
                .blend(NAN_16, magnitude.compare(VectorOperators.GT, EXPONENT_32));
        narrow(address, result.or(bits.lanewise(VectorOperators.LSHR, 16).and(SIGN_16)));
    }

    /** One number; rounds as the vectors do. */
    public static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) ((bits | 0x0040_0000) >>> 16);
        }
        return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    public static float fromBf16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /**
     * {@code value} in F32, not rounded to nearest but to the neighbour whose last bit is set, unless it is exact: a
     * further rounding to a shorter type then gives what rounding {@code value} at once would.
     */
    public static float toOddFloat(double value) {
        float nearest = (float) value;
        if (nearest == value || Double.isNaN(value)) {
            return nearest;
        }
        int bits = Float.floatToRawIntBits(nearest);
        int towardZero = Math.abs((double) nearest) > Math.abs(value) ? bits - 1 : bits;
        return Float.intBitsToFloat(towardZero | 1);
    }

    /** {@code value} in F64, rounded as {@link #toOddFloat} does. */
    public static double toOddDouble(long value) {
        if (value >= -(1L << 53) && value <= 1L << 53) {
            return value;
        }
        // 64 bits less 53: the bits below are gathered in the lowest kept one.
        long kept = value & -2048L;
        return kept == value ? value : kept | 2048L;
    }

    private static IntVector widen(long address) {
        return (IntVector) ShortVector.fromMemorySegment(I16, OffHeap.ALL, address, OffHeap.ORDER)
                .convertShape(VectorOperators.ZERO_EXTEND_S2I, I32, 0);
    }

    private static void narrow(long address, IntVector bits) {
        ((ShortVector) bits.convertShape(VectorOperators.I2S, I16, 0))
                .intoMemorySegment(OffHeap.ALL, address, OffHeap.ORDER);
    }
}
