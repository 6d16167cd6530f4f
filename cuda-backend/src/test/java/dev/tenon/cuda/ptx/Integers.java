package dev.tenon.cuda.ptx;

import org.jspecify.annotations.Nullable;

/** Arithmetic of integers and bits. */
final class Integers {
    private static final long LOW = 0xFFFFFFFFL;

    private Integers() {}

    /** What an opcode computes; null if it is none of these. */
    static @Nullable Lanes of(String opcode) {
        Lanes hot = hot(opcode);
        if (hot != null) {
            return hot;
        }
        int dot = opcode.lastIndexOf('.');
        Lanes.@Nullable Lane lane =
                dot < 0 ? null : lane(opcode.substring(0, dot), IntegerType.of(opcode.substring(dot + 1)));
        return lane == null ? null : Lanes.each(lane);
    }

    /** Those that kernels have most of have loops of their own, which the compiler makes short work of. */
    private static @Nullable Lanes hot(String opcode) {
        return switch (opcode) {
            case "add.s32", "add.u32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] + r[b + i];
                    }
                };
            case "add.s64", "add.u64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] + r[b + i];
                    }
                };
            case "sub.s32", "sub.u32", "sub.s64", "sub.u64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] - r[b + i];
                    }
                };
            case "mul.lo.s32", "mul.lo.u32", "mul.lo.s64", "mul.lo.u64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] * r[b + i];
                    }
                };
            case "mad.lo.s32", "mad.lo.u32", "mad.lo.s64", "mad.lo.u64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] * r[b + i] + r[c + i];
                    }
                };
            case "mul.wide.s32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = (long) (int) r[a + i] * (int) r[b + i];
                    }
                };
            case "mul.wide.u32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = (r[a + i] & LOW) * (r[b + i] & LOW);
                    }
                };
            case "and.b16", "and.b32", "and.b64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] & r[b + i];
                    }
                };
            case "or.b16", "or.b32", "or.b64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = r[a + i] | r[b + i];
                    }
                };
            case "shl.b32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = (r[b + i] & LOW) > 31 ? 0 : r[a + i] << r[b + i];
                    }
                };
            case "shl.b64" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = (r[b + i] & LOW) > 63 ? 0 : r[a + i] << r[b + i];
                    }
                };
            case "shr.u32", "shr.b32" ->
                (r, out, to, a, b, c, e) -> {
                    for (int i = 0; i < Lanes.COUNT; i++) {
                        out[to + i] = (r[b + i] & LOW) > 31 ? 0 : (r[a + i] & LOW) >>> r[b + i];
                    }
                };
            default -> null;
        };
    }

    private static Lanes.@Nullable Lane lane(String operation, @Nullable IntegerType type) {
        if (type == null) {
            return null;
        }
        return switch (operation) {
            case "add" -> (a, b, c) -> a + b;
            case "sub" -> (a, b, c) -> a - b;
            case "mul.lo" -> (a, b, c) -> a * b;
            case "mad.lo" -> (a, b, c) -> a * b + c;
            case "mul.wide" -> (a, b, c) -> type.of(a) * type.of(b);
            case "mad.wide" -> (a, b, c) -> type.of(a) * type.of(b) + c;
            case "mul.hi" -> (a, b, c) -> type.high(a, b);
            case "mad.hi" -> (a, b, c) -> type.high(a, b) + c;
            case "div" -> (a, b, c) -> type.quotient(a, b);
            case "rem" -> (a, b, c) -> type.remainder(a, b);
            case "min" -> (a, b, c) -> type.compare(a, b) < 0 ? a : b;
            case "max" -> (a, b, c) -> type.compare(a, b) > 0 ? a : b;
            case "abs" -> (a, b, c) -> Math.abs(type.of(a));
            case "neg" -> (a, b, c) -> -a;
            case "not" -> (a, b, c) -> ~a;
            case "and" -> (a, b, c) -> a & b;
            case "or" -> (a, b, c) -> a | b;
            case "xor" -> (a, b, c) -> a ^ b;
            // Shifts by more than there are bits shift all of them out.
            case "shl" -> (a, b, c) -> (b & LOW) >= type.bits() ? 0 : a << b;
            case "shr" ->
                (a, b, c) -> {
                    long places = b & LOW;
                    long value = type.of(a);
                    if (type.isSigned()) {
                        return value >> Math.min(places, type.bits() - 1);
                    }
                    return places >= type.bits() ? 0 : value >>> places;
                };
            case "clz" -> (a, b, c) -> Long.numberOfLeadingZeros(type.unsigned(a)) - (64 - type.bits());
            case "popc" -> (a, b, c) -> Long.bitCount(type.unsigned(a));
            case "brev" -> (a, b, c) -> Long.reverse(a) >>> 64 - type.bits();
            case "prmt" -> Integers::permute;
            case "bfe" -> (a, b, c) -> type.extract(a, (int) (b & 0xFF), (int) (c & 0xFF));
            default -> null;
        };
    }

    /** Bytes of a pair of words: a selector's low three bits name the byte, the fourth asks for its sign in all bits. */
    private static long permute(long a, long b, long selectors) {
        long bytes = a & LOW | b << 32;
        long result = 0;
        for (int i = 0; i < 4; i++) {
            int selector = (int) (selectors >> 4 * i);
            long value = bytes >> 8 * (selector & 7) & 0xFF;
            if ((selector & 8) != 0) {
                value = value >= 0x80 ? 0xFF : 0;
            }
            result |= value << 8 * i;
        }
        return result;
    }

    /** {@code lop3}: a bit of the result is that of the table which the operands' bits, a's the highest, are the number of. */
    static Lanes logic(int table) {
        return Lanes.each((a, b, c) -> {
            long result = 0;
            for (int i = 0; i < 8; i++) {
                if ((table >> i & 1) != 0) {
                    result |= ((i & 4) != 0 ? a : ~a) & ((i & 2) != 0 ? b : ~b) & ((i & 1) != 0 ? c : ~c);
                }
            }
            return result;
        });
    }

    /** {@code bfi}: puts {@code length} low bits of a into b, from a position on; bits past the end are left out. */
    static Lanes insert(int bits) {
        return (r, out, to, a, b, c, e) -> {
            for (int i = 0; i < Lanes.COUNT; i++) {
                int position = (int) r[c + i] & 0xFF;
                int length = (int) r[e + i] & 0xFF;
                long field =
                        position >= bits || length == 0 ? 0 : (length >= 64 ? -1L : (1L << length) - 1) << position;
                long moved = position >= bits ? 0 : r[a + i] << position;
                out[to + i] = r[b + i] & ~field | moved & field;
            }
        };
    }
}
