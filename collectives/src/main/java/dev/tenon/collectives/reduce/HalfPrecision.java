package dev.tenon.collectives.reduce;

import static dev.tenon.collectives.Memory.ADDRESS_MASK;
import static dev.tenon.collectives.Memory.ALL;
import static dev.tenon.collectives.Memory.ORDER;

import dev.tenon.collectives.Memory;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * BF16 and F16 arrays to F32 (exact) and back (to nearest, ties to even; NaN stays NaN). The Vector API of JDK 25 has no
 * type for either, so the bits are moved with integer operations.
 */
final class HalfPrecision {
    private static final VectorSpecies<Float> F32 = FloatReducer.SPECIES;
    private static final int LANES = FloatReducer.LANES;
    private static final VectorSpecies<Integer> I32 = VectorSpecies.of(int.class, F32.vectorShape());
    private static final VectorSpecies<Short> I16 =
            VectorSpecies.of(short.class, VectorShape.forBitSize(LANES * Short.SIZE));

    private HalfPrecision() {}

    static void widen(boolean bf16, long from, long to, int n) {
        if (bf16) {
            widenBf16(from, to, n);
        } else {
            widenF16(from, to, n);
        }
    }

    static void narrow(boolean bf16, long from, long to, int n) {
        if (bf16) {
            narrowBf16(from, to, n);
        } else {
            narrowF16(from, to, n);
        }
    }

    private static void widenBf16(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(I16, ALL, in + 2L * i, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I32, 0);
            bits.lanewise(VectorOperators.LSHL, 16).intoMemorySegment(ALL, out + 4L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setInt(out + 4L * i, Memory.getShort(in + 2L * i) << 16);
        }
    }

    private static void widenF16(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            IntVector bits = (IntVector) ShortVector.fromMemorySegment(I16, ALL, in + 2L * i, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, I32, 0);
            IntVector magnitude = bits.and(0x7FFF).lanewise(VectorOperators.LSHL, 13);
            // 2^112 moves the exponent's bias from 15 to 127, subnormal numbers included.
            IntVector scaled = magnitude.reinterpretAsFloats().mul(0x1p112f).reinterpretAsInts();
            VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7C00 << 13);
            IntVector sign = bits.and(0x8000).lanewise(VectorOperators.LSHL, 16);
            scaled.blend(magnitude.or(0x7F80_0000), special).or(sign).intoMemorySegment(ALL, out + 4L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setFloat(out + 4L * i, Float.float16ToFloat(Memory.getShort(in + 2L * i)));
        }
    }

    private static void narrowBf16(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            FloatVector value = FloatVector.fromMemorySegment(F32, ALL, in + 4L * i, ORDER);
            IntVector bits = value.reinterpretAsInts();
            IntVector odd = bits.lanewise(VectorOperators.LSHR, 16).and(1);
            IntVector rounded = bits.add(0x7FFF).add(odd);
            VectorMask<Integer> nan = value.compare(VectorOperators.NE, value).cast(I32);
            IntVector upper = rounded.blend(bits.or(0x0040_0000), nan).lanewise(VectorOperators.LSHR, 16);
            ((ShortVector) upper.convertShape(VectorOperators.I2S, I16, 0)).intoMemorySegment(ALL, out + 2L * i, ORDER);
        }
        for (; i < n; i++) {
            Memory.setShort(out + 2L * i, toBf16(Memory.getFloat(in + 4L * i)));
        }
    }

    private static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value)
                ? (short) ((bits | 0x0040_0000) >>> 16)
                : (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    private static void narrowF16(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - LANES; i += LANES) {
            IntVector bits = IntVector.fromMemorySegment(I32, ALL, in + 4L * i, ORDER);
            IntVector magnitude = bits.and(0x7FFF_FFFF);
            // Normal numbers: move the bias and round at bit 13; a carry runs into the exponent as it should.
            IntVector odd = magnitude.lanewise(VectorOperators.LSHR, 13).and(1);
            IntVector normal =
                    magnitude.add(0xFFF - ((127 - 15) << 23)).add(odd).lanewise(VectorOperators.LSHR, 13);
            // Below 2^-14: adding 1/2 lets the hardware round at the bit that has the weight 2^-24.
            IntVector subnormal = magnitude
                    .reinterpretAsFloats()
                    .add(0.5f)
                    .reinterpretAsInts()
                    .sub(0x3F00_0000);
            IntVector result = normal.blend(subnormal, magnitude.compare(VectorOperators.LT, 0x3880_0000))
                    .blend(0x7C00, magnitude.compare(VectorOperators.GE, 0x4780_0000))
                    .blend(0x7E00, magnitude.compare(VectorOperators.GT, 0x7F80_0000));
            IntVector signed = result.or(bits.lanewise(VectorOperators.LSHR, 16).and(0x8000));
            ((ShortVector) signed.convertShape(VectorOperators.I2S, I16, 0))
                    .intoMemorySegment(ALL, out + 2L * i, ORDER);
        }
        for (; i < n; i++) {
            float value = Memory.getFloat(in + 4L * i);
            // The same NaN as above: which part of an array falls to the vectors must not show.
            short sign = (short) (Float.floatToRawIntBits(value) >>> 16 & 0x8000);
            Memory.setShort(out + 2L * i, Float.isNaN(value) ? (short) (sign | 0x7E00) : Float.floatToFloat16(value));
        }
    }
}
