package dev.tenon.cuda.ptx;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import org.jspecify.annotations.Nullable;

/**
 * Arithmetic of F32 and F64. What PTX calls approximate is computed in double precision and rounded once, so it is nearer than a
 * device may come.
 */
final class Floats {
    private static final int SIGN = Integer.MIN_VALUE;
    private static final int NAN = 0x7FFFFFFF;
    private static final long NAN_64 = 0x7FFFFFFFFFFFFFFFL;

    private Floats() {}

    /** What an opcode computes; null if it is none of these. */
    static @Nullable Lanes of(String opcode) {
        Lanes hot = hot(opcode);
        if (hot != null) {
            return hot;
        }
        Lanes.Lane lane = lane(opcode);
        return lane == null ? null : Lanes.each(lane);
    }

    /** Without a rounding it is to the nearest. */
    private static @Nullable Lanes hot(String opcode) {
        return switch (opcode) {
            case "add.rn.f32", "add.f32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] =
                                floatToRawIntBits(intBitsToFloat((int) r[a + i]) + intBitsToFloat((int) r[b + i]));
                    }
                };
            case "sub.rn.f32", "sub.f32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] =
                                floatToRawIntBits(intBitsToFloat((int) r[a + i]) - intBitsToFloat((int) r[b + i]));
                    }
                };
            case "mul.rn.f32", "mul.f32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] =
                                floatToRawIntBits(intBitsToFloat((int) r[a + i]) * intBitsToFloat((int) r[b + i]));
                    }
                };
            case "fma.rn.f32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = floatToRawIntBits(Math.fma(
                                intBitsToFloat((int) r[a + i]), intBitsToFloat((int) r[b + i]), intBitsToFloat((int)
                                        r[c + i])));
                    }
                };
            case "fma.rn.f64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = doubleToRawLongBits(Math.fma(
                                longBitsToDouble(r[a + i]), longBitsToDouble(r[b + i]), longBitsToDouble(r[c + i])));
                    }
                };
            case "neg.f32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] ^ SIGN;
                    }
                };
            default -> null;
        };
    }

    /** An F32 operation of one lane. */
    @FunctionalInterface
    private interface Single {
        float of(float a, float b, float c);
    }

    /** An F64 operation of one lane. */
    @FunctionalInterface
    private interface Double64 {
        double of(double a, double b, double c);
    }

    private static Lanes.Lane single(Single operation) {
        return (a, b, c) -> floatToRawIntBits(
                operation.of(intBitsToFloat((int) a), intBitsToFloat((int) b), intBitsToFloat((int) c)));
    }

    /** Subnormal operands and results count as zeros of their sign. */
    private static Lanes.Lane flushed(Single operation) {
        return single((a, b, c) -> flush(operation.of(flush(a), flush(b), flush(c))));
    }

    private static float flush(float value) {
        return Math.abs(value) < Float.MIN_NORMAL ? Math.copySign(0f, value) : value;
    }

    private static Lanes.Lane twice(Double64 operation) {
        return (a, b, c) ->
                doubleToRawLongBits(operation.of(longBitsToDouble(a), longBitsToDouble(b), longBitsToDouble(c)));
    }

    private static Lanes.@Nullable Lane lane(String opcode) {
        return switch (opcode) {
            case "add.rz.f32" -> single((a, b, c) -> Rounding.ZERO.add(a, b));
            case "add.rm.f32" -> single((a, b, c) -> Rounding.DOWN.add(a, b));
            case "add.rp.f32" -> single((a, b, c) -> Rounding.UP.add(a, b));
            case "mul.rz.f32" -> single((a, b, c) -> Rounding.ZERO.multiply(a, b));
            case "fma.rz.f32" -> single(Rounding.ZERO::fma);
            case "fma.rm.f32" -> single(Rounding.DOWN::fma);
            case "fma.rp.f32" -> single(Rounding.UP::fma);
            case "div.rn.f32" -> single((a, b, c) -> a / b);
            case "rcp.rn.f32" -> single((a, b, c) -> 1 / a);
            case "sqrt.rn.f32" -> single((a, b, c) -> (float) Math.sqrt(a));
            case "div.approx.f32" -> single(Floats::quickDivide);
            case "div.approx.ftz.f32" -> flushed(Floats::quickDivide);
            case "rcp.approx.ftz.f32" -> flushed((a, b, c) -> 1 / a);
            case "ex2.approx.f32" -> single((a, b, c) -> (float) Math.pow(2, a));
            case "ex2.approx.ftz.f32" -> flushed((a, b, c) -> (float) Math.pow(2, a));
            case "lg2.approx.f32" -> single((a, b, c) -> (float) (Math.log(a) / Math.log(2)));
            case "rsqrt.approx.f32" -> single((a, b, c) -> (float) (1 / Math.sqrt(a)));
            case "sqrt.approx.f32" -> single((a, b, c) -> (float) Math.sqrt(a));
            case "sin.approx.f32" -> single((a, b, c) -> (float) Math.sin(a));
            case "cos.approx.f32" -> single((a, b, c) -> (float) Math.cos(a));
            case "tanh.approx.f32" -> single((a, b, c) -> (float) Math.tanh(a));
            case "abs.f32" -> (a, b, c) -> a & ~SIGN;
            case "copysign.f32" -> (a, b, c) -> b & ~SIGN | a & SIGN;
            case "min.f32" -> (a, b, c) -> least(a, b);
            case "max.f32" -> (a, b, c) -> most(a, b);
            case "add.rn.f64", "add.f64" -> twice((a, b, c) -> a + b);
            case "sub.rn.f64", "sub.f64" -> twice((a, b, c) -> a - b);
            case "mul.rn.f64", "mul.f64" -> twice((a, b, c) -> a * b);
            case "div.rn.f64" -> twice((a, b, c) -> a / b);
            case "rcp.rn.f64" -> twice((a, b, c) -> 1 / a);
            case "sqrt.rn.f64" -> twice((a, b, c) -> Math.sqrt(a));
            case "rcp.approx.ftz.f64" -> (a, b, c) -> roughReciprocal(a);
            case "abs.f64" -> (a, b, c) -> a & Long.MAX_VALUE;
            case "neg.f64" -> (a, b, c) -> a ^ Long.MIN_VALUE;
            case "copysign.f64" -> (a, b, c) -> b & Long.MAX_VALUE | a & Long.MIN_VALUE;
            case "min.f64" -> (a, b, c) -> extreme(a, b, true);
            case "max.f64" -> (a, b, c) -> extreme(a, b, false);
            default -> null;
        };
    }

    /** A product with a reciprocal, which for divisors past 2^126 is 0. */
    private static float quickDivide(float a, float b, float c) {
        if (Math.abs(b) > 0x1p126f && !Float.isNaN(b) && !Float.isInfinite(b)) {
            return Float.isInfinite(a) ? Float.NaN : Float.isNaN(a) ? a : 0 * Math.signum(a) * Math.signum(b);
        }
        return (float) ((double) a / b);
    }

    /** Only the upper half of operand and result counts; subnormal numbers are zeros. */
    private static long roughReciprocal(long bits) {
        double a = longBitsToDouble(bits & 0xFFFFFFFF00000000L);
        if (Double.isNaN(a)) {
            return NAN_64;
        }
        double of = Math.abs(a) < Double.MIN_NORMAL ? Math.copySign(0, a) : a;
        double result = 1 / of;
        return Math.abs(result) < Double.MIN_NORMAL
                ? doubleToRawLongBits(Math.copySign(0, result))
                : doubleToRawLongBits(result) & 0xFFFFFFFF00000000L;
    }

    /** Of a number and none it is the number; -0 is less than 0. */
    static long least(long a, long b) {
        float left = intBitsToFloat((int) a);
        float right = intBitsToFloat((int) b);
        if (Float.isNaN(left)) {
            return Float.isNaN(right) ? NAN : b;
        }
        return Float.isNaN(right) ? a : floatToRawIntBits(Math.min(left, right));
    }

    static long most(long a, long b) {
        float left = intBitsToFloat((int) a);
        float right = intBitsToFloat((int) b);
        if (Float.isNaN(left)) {
            return Float.isNaN(right) ? NAN : b;
        }
        return Float.isNaN(right) ? a : floatToRawIntBits(Math.max(left, right));
    }

    private static long extreme(long a, long b, boolean least) {
        double left = longBitsToDouble(a);
        double right = longBitsToDouble(b);
        if (Double.isNaN(left)) {
            return Double.isNaN(right) ? NAN_64 : b;
        }
        if (Double.isNaN(right)) {
            return a;
        }
        return doubleToRawLongBits(least ? Math.min(left, right) : Math.max(left, right));
    }
}
