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

    private HalfPrecision() {}

    public static FloatVector loadBf16(long address) {
        return widen(address).lanewise(VectorOperators.LSHL, 16).reinterpretAsFloats();
    }

    public static FloatVector loadF16(long address) {
        IntVector bits = widen(address);
        IntVector magnitude = bits.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
        // 2^112 moves the exponent's bias from 15 to 127, subnormal numbers included.
        IntVector scaled = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
        VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7C00 << 13);
        IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
        return scaled.blend(magnitude.or(0x7F80_0000), special).or(sign).reinterpretAsFloats();
    }

    public static void storeBf16(long address, FloatVector value) {
        IntVector bits = value.reinterpretAsInts();
        IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
        IntVector rounded = bits.add(0x7FFF).add(odd);
        VectorMask<Integer> nan = value.compare(VectorOperators.NE, value).cast(I32);
        narrow(address, rounded.blend(bits.or(0x0040_0000), nan).lanewise(VectorOperators.LSHR, 16));
    }

    public static void storeF16(long address, FloatVector value) {
        IntVector bits = value.reinterpretAsInts();
        IntVector sign = bits.lanewise(VectorOperators.LSHR, 16).and(0x8000);
        IntVector magnitude = bits.and(0x7FFF_FFFF);
        // Normal numbers: move the bias and round at bit 13; a carry runs into the exponent as it should.
        IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
        IntVector normal = magnitude.add(0xFFF - ((127 - 15) << 23)).add(odd).lanewise(VectorOperators.LSHR, 13);
        // Below 2^-14: adding 1/2 lets the hardware round at the bit that has the weight 2^-24.
        IntVector subnormal =
                magnitude.reinterpretAsFloats().add(0.5f).reinterpretAsInts().sub(0x3F00_0000);
        IntVector result = normal.blend(subnormal, magnitude.compare(VectorOperators.LT, 0x3880_0000))
                .blend(0x7C00, magnitude.compare(VectorOperators.GE, 0x4780_0000))
                .blend(
                        magnitude.lanewise(VectorOperators.LSHR, 13).and(0x3FF).or(0x7E00),
                        magnitude.compare(VectorOperators.GT, 0x7F80_0000));
        narrow(address, result.or(sign));
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
