package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.quant.Blocks;
import dev.tenon.cpu.x86.MachineCode;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Lines of contiguous elements to F32 and back: exact one way, rounded to nearest even the other. */
final class FloatLines {
    private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Short> SHORTS =
            VectorSpecies.of(short.class, VectorShape.forBitSize(INTS.vectorBitSize() / 2));
    private static final int LANES = FLOATS.length();

    private FloatLines() {}

    /** Widens {@code count} elements of {@code type} at {@code from} to F32 at {@code to}. */
    static void read(DType type, long from, int count, long to) {
        switch (type) {
            case F32 -> OffHeap.copy(from, to, count * 4L);
            case BF16 -> {
                int done = MachineCode.widen(type, from, count, to);
                readBf16(from + done * 2L, count - done, to + done * 4L);
            }
            case F16 -> {
                int done = MachineCode.widen(type, from, count, to);
                readF16(from + done * 2L, count - done, to + done * 4L);
            }
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> Blocks.decode(type, from, to, count);
            case F64, I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException("no lines of " + type);
        }
    }

    /** Widens elements {@code stride} elements apart. */
    static void readStrided(DType type, long from, long stride, int count, long to) {
        for (int i = 0; i < count; i++) {
            OffHeap.setFloat(to + i * 4L, get(type, from + i * stride * type.blockBytes()));
        }
    }

    /** One element. */
    static float get(DType type, long from) {
        return switch (type) {
            case F32 -> OffHeap.getFloat(from);
            case BF16 -> Float.intBitsToFloat(OffHeap.getShort(from) << 16);
            case F16 -> Float.float16ToFloat(OffHeap.getShort(from));
            default -> throw new IllegalArgumentException("no single elements of " + type);
        };
    }

    /** Stores {@code count} F32 values as {@code type}, {@code stride} elements apart. */
    static void write(DType type, long from, int count, long to, long stride) {
        switch (type) {
            case F32 -> {
                if (stride == 1) {
                    OffHeap.copy(from, to, count * 4L);
                } else {
                    for (int i = 0; i < count; i++) {
                        OffHeap.setFloat(to + i * stride * 4, OffHeap.getFloat(from + i * 4L));
                    }
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    OffHeap.setShort(to + i * stride * 2, toBf16(OffHeap.getFloat(from + i * 4L)));
                }
            }
            case F16 -> {
                for (int i = 0; i < count; i++) {
                    OffHeap.setShort(to + i * stride * 2, Float.floatToFloat16(OffHeap.getFloat(from + i * 4L)));
                }
            }
            default -> throw new IllegalArgumentException("no result of " + type);
        }
    }

    static short toBf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7fff + (bits >>> 16 & 1) >>> 16);
    }

    private static void readBf16(long from, int count, long to) {
        long f = from & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            ShortVector.fromMemorySegment(SHORTS, ALL, f + i * 2L, ORDER)
                    .convertShape(VectorOperators.ZERO_EXTEND_S2I, INTS, 0)
                    .reinterpretAsInts()
                    .lanewise(VectorOperators.LSHL, 16)
                    .reinterpretAsFloats()
                    .intoMemorySegment(ALL, t + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            OffHeap.setInt(t + i * 4L, OffHeap.getShort(f + i * 2L) << 16);
        }
    }

    /**
     * The Vector API has no lanes of F16. Exponent and mantissa move to their F32 places, and a product with 2^112 puts the
     * exponent's bias right, for subnormals too; infinities and NaNs get the highest exponent by hand.
     */
    private static void readF16(long from, int count, long to) {
        FloatVector bias = FloatVector.broadcast(FLOATS, 0x1p112f);
        long f = from & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= count - LANES; i += LANES) {
            IntVector bits = ShortVector.fromMemorySegment(SHORTS, ALL, f + i * 2L, ORDER)
                    .convertShape(VectorOperators.S2I, INTS, 0)
                    .reinterpretAsInts();
            IntVector magnitude = bits.and(0x7fff).lanewise(VectorOperators.LSHL, 13);
            VectorMask<Integer> special = magnitude.compare(VectorOperators.GE, 0x7c00 << 13);
            IntVector scaled = magnitude.reinterpretAsFloats().mul(bias).reinterpretAsInts();
            scaled.blend(magnitude.or(0x7f800000), special)
                    .or(bits.and(0x80000000))
                    .reinterpretAsFloats()
                    .intoMemorySegment(ALL, t + i * 4L, ORDER);
        }
        for (; i < count; i++) {
            OffHeap.setFloat(t + i * 4L, Float.float16ToFloat(OffHeap.getShort(f + i * 2L)));
        }
    }
}
