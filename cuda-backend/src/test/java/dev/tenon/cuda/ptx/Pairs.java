package dev.tenon.cuda.ptx;

import static java.lang.Float.float16ToFloat;
import static java.lang.Float.intBitsToFloat;

import org.jspecify.annotations.Nullable;

/** Arithmetic of two BF16 or F16 numbers in a word. F32 has bits enough that rounding to it first changes nothing. */
final class Pairs {
    private Pairs() {}

    /** One of the two: operands' bits in the low half. */
    @FunctionalInterface
    private interface Half {
        short of(int a, int b);
    }

    /** What an opcode computes; null if it is none of these. */
    static @Nullable Lanes of(String opcode) {
        return switch (opcode) {
            case "sub.rn.bf16x2" ->
                each((a, b) -> Rounding.NEAREST.toBfloat(intBitsToFloat(a << 16) - intBitsToFloat(b << 16)));
            case "sub.rn.f16x2" ->
                each((a, b) -> Rounding.NEAREST.toHalf(float16ToFloat((short) a) - float16ToFloat((short) b)));
            default -> null;
        };
    }

    private static Lanes each(Half half) {
        return Lanes.each((a, b, c) ->
                half.of((int) a, (int) b) & 0xFFFFL | (long) half.of((int) a >>> 16, (int) b >>> 16) << 16);
    }
}
