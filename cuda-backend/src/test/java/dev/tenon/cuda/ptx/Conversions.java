package dev.tenon.cuda.ptx;

import static java.lang.Double.doubleToRawLongBits;
import static java.lang.Double.longBitsToDouble;
import static java.lang.Float.float16ToFloat;
import static java.lang.Float.floatToRawIntBits;
import static java.lang.Float.intBitsToFloat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code cvt}: from a type to another, rounded and saturated as its modifiers say. */
final class Conversions {
    private Conversions() {}

    /** What an opcode converts; null if it is not known. */
    static @Nullable Lanes of(String opcode) {
        List<String> parts = new ArrayList<>(List.of(opcode.split("\\.")));
        if (!parts.removeFirst().equals("cvt") || parts.size() < 2) {
            return null;
        }
        String from = parts.removeLast();
        String to = parts.removeLast();
        boolean saturate = parts.remove("sat");
        boolean flush = parts.remove("ftz");
        String rounding = parts.isEmpty() ? "" : parts.removeFirst();
        if (!parts.isEmpty() || flush) {
            return null;
        }
        return convert(to, from, rounding, saturate);
    }

    private static @Nullable Lanes convert(String to, String from, String rounding, boolean saturate) {
        IntegerType target = IntegerType.of(to);
        IntegerType source = IntegerType.of(from);
        if (source != null && target != null) {
            return saturate ? null : narrow(source);
        }
        if (source != null) {
            return fromInteger(to, source, rounding);
        }
        if (target != null) {
            return toInteger(target, from, rounding);
        }
        return switch (to + "." + from) {
            case "f32.f16" ->
                (r, out, d, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[d + i] = floatToRawIntBits(float16ToFloat((short) r[a + i]));
                    }
                };
            case "f32.bf16" -> Lanes.each((a, b, c) -> a << 16);
            case "f64.f32" -> Lanes.each((a, b, c) -> doubleToRawLongBits(intBitsToFloat((int) a)));
            case "f32.f64" -> {
                Rounding mode = Rounding.of(rounding);
                yield Lanes.each((a, b, c) -> floatToRawIntBits(mode.toFloat(longBitsToDouble(a), 0)));
            }
            case "f16.f32" -> {
                Rounding mode = Rounding.of(rounding);
                yield Lanes.each((a, b, c) -> mode.toHalf(intBitsToFloat((int) a)));
            }
            case "bf16.f32" -> {
                Rounding mode = Rounding.of(rounding);
                yield Lanes.each((a, b, c) -> mode.toBfloat(intBitsToFloat((int) a)));
            }
            // The first operand goes into the upper half.
            case "bf16x2.f32" -> {
                Rounding mode = Rounding.of(rounding);
                yield Lanes.each((a, b, c) -> (long) mode.toBfloat(intBitsToFloat((int) a)) << 16
                        | mode.toBfloat(intBitsToFloat((int) b)) & 0xFFFF);
            }
            case "f16x2.f32" -> {
                Rounding mode = Rounding.of(rounding);
                yield Lanes.each((a, b, c) -> (long) mode.toHalf(intBitsToFloat((int) a)) << 16
                        | mode.toHalf(intBitsToFloat((int) b)) & 0xFFFF);
            }
            case "tf32.f32" -> rounding.equals("rna") ? Lanes.each((a, b, c) -> toTf32((int) a)) : null;
            case "f32.f32" -> whole32(rounding, saturate);
            case "f64.f64" -> Lanes.each((a, b, c) -> doubleToRawLongBits(whole(longBitsToDouble(a), rounding)));
            default -> null;
        };
    }

    /** Integers go from one size to another by the source's sign. */
    private static Lanes narrow(IntegerType source) {
        if (source.bits() == 32 && !source.isSigned()) {
            return (r, out, to, a, b, c, e) -> {
                for (int i = 0; i < Lanes.COUNT; i++) {
                    out[to + i] = r[a + i] & 0xFFFFFFFFL;
                }
            };
        }
        if (source.bits() == 64) {
            return (r, out, to, a, b, c, e) -> {
                for (int i = 0; i < Lanes.COUNT; i++) {
                    out[to + i] = r[a + i];
                }
            };
        }
        return Lanes.each((a, b, c) -> source.of(a));
    }

    private static @Nullable Lanes fromInteger(String to, IntegerType source, String rounding) {
        if (!rounding.equals("rn")) {
            return null;
        }
        boolean large = source.bits() == 64 && !source.isSigned();
        return switch (to) {
            case "f32" -> Lanes.each((a, b, c) -> floatToRawIntBits(large ? unsignedToFloat(a) : (float) source.of(a)));
            case "f64" -> large ? null : Lanes.each((a, b, c) -> doubleToRawLongBits((double) source.of(a)));
            default -> null;
        };
    }

    /** Past 2^63 the halved number is rounded, with the bit that was lost kept in its last place. */
    private static float unsignedToFloat(long value) {
        return value >= 0 ? (float) value : 2 * (float) (value >>> 1 | value & 1);
    }

    private static @Nullable Lanes toInteger(IntegerType target, String from, String rounding) {
        if (target.bits() < 32) {
            return null;
        }
        return switch (from) {
            case "f32" -> Lanes.each((a, b, c) -> clamp(target, whole(intBitsToFloat((int) a), rounding)));
            case "f64" -> Lanes.each((a, b, c) -> clamp(target, whole(longBitsToDouble(a), rounding)));
            default -> null;
        };
    }

    /** What is out of range is the nearest that is in it; what is no number is 0. */
    private static long clamp(IntegerType target, double value) {
        if (target.isSigned()) {
            return target.bits() == 64 ? (long) value : (int) value;
        }
        if (target.bits() == 32) {
            return Math.clamp((long) value, 0, 0xFFFFFFFFL);
        }
        if (!(value >= 1)) {
            return 0;
        }
        return value < 0x1p63 ? (long) value : value < 0x1p64 ? (long) (value - 0x1p63) | Long.MIN_VALUE : -1;
    }

    private static double whole(double value, String rounding) {
        return switch (rounding) {
            case "rni" -> Math.rint(value);
            case "rzi" -> value < 0 ? Math.ceil(value) : Math.floor(value);
            case "rmi" -> Math.floor(value);
            case "rpi" -> Math.ceil(value);
            default -> throw new PtxError("rounding ." + rounding + " to a whole number");
        };
    }

    private static Lanes whole32(String rounding, boolean saturate) {
        return Lanes.each((a, b, c) -> {
            float value = intBitsToFloat((int) a);
            float rounded = rounding.isEmpty() || rounding.equals("rn") ? value : (float) whole(value, rounding);
            if (saturate) {
                // What is no number, too, is 0.
                rounded = rounded > 0 ? Math.min(rounded, 1) : 0;
            }
            return floatToRawIntBits(rounded);
        });
    }

    /** To the nearest of 11 bits, from the middle away from zero. */
    private static long toTf32(int bits) {
        float value = intBitsToFloat(bits);
        if (Float.isNaN(value)) {
            return 0x7FFFFFFF;
        }
        return Float.isInfinite(value) ? bits : bits + 0x1000 & ~0x1FFF;
    }
}
