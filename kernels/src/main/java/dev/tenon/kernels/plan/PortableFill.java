package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.Fill;

final class PortableFill {
    private PortableFill() {}

    static void bind(Fill op, Work work) {
        fill(bits(op.out().dtype(), op.value()), op.out(), work);
    }

    private static void fill(long bits, Tensor out, Work work) {
        int bytes = out.dtype().blockBytes();
        Units units = Units.of(work, Loop.over(out.shape(), out), bytes, 0b1, 1);
        work.launch("move", "fill", units.defines())
                .storage(out)
                .value(Units.repeated(bits, bytes))
                .loop(units.loop())
                .elements(units.items());
    }

    /** A value's bits in a plain type, converted as a cast from F64 does. */
    static long bits(DType type, double value) {
        return switch (type) {
            case F64 -> Double.doubleToRawLongBits(value);
            case F32 -> Float.floatToRawIntBits((float) value);
            case F16 -> Float.floatToFloat16(toOdd(value));
            case BF16 -> bfloat(toOdd(value));
            case I64 -> (long) value;
            case I32 -> (int) value;
            case I16 -> (long) Math.clamp(value, Short.MIN_VALUE, Short.MAX_VALUE);
            case I8 -> (long) Math.clamp(value, Byte.MIN_VALUE, Byte.MAX_VALUE);
            case U8 -> (long) Math.clamp(value, 0.0, 255.0);
            case BOOL -> value == 0 ? 0 : 1;
            case Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException("quantized types have no single elements");
        };
    }

    private static int bfloat(float value) {
        int bits = Float.floatToRawIntBits(value);
        return Float.isNaN(value) ? bits >>> 16 | 0x40 : bits + 0x7FFF + (bits >>> 16 & 1) >>> 16;
    }

    /** To F32 with the last bit set where anything was cut off, so that a second rounding to fewer bits is exact. */
    private static float toOdd(double value) {
        float nearest = (float) value;
        if (nearest == value || Float.isNaN(nearest)) {
            return nearest;
        }
        float cut = Math.abs((double) nearest) > Math.abs(value)
                ? (value > 0 ? Math.nextDown(nearest) : Math.nextUp(nearest))
                : nearest;
        return Float.intBitsToFloat(Float.floatToRawIntBits(cut) | 1);
    }
}
