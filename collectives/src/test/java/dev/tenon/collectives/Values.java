package dev.tenon.collectives;

import dev.tenon.DType;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.List;
import java.util.SplittableRandom;

/** Random elements, and what their reductions must be, computed one by one in the order of the ranks. */
final class Values {
    private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED;
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED;
    private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED;
    private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED;

    private static final float[] SPECIAL = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, 0f, -0f, 1f, Float.MIN_VALUE, 65504f
    };

    private Values() {}

    /** What rank {@code rank} starts with; every rank can compute every other's. */
    static MemorySegment random(DType type, int rank, long elements, long seed) {
        SplittableRandom random = new SplittableRandom(seed * 1000 + rank);
        MemorySegment data = MemorySegment.ofArray(new byte[(int) type.bytes(elements)]);
        for (long i = 0; i < elements; i++) {
            switch (type) {
                // Of all sizes: sums near zero, and such as wrap.
                case I32 -> data.set(INT, 4 * i, random.nextInt() >> random.nextInt(32));
                case I64 -> data.set(LONG, 8 * i, random.nextLong() >> random.nextInt(64));
                default -> set(type, data, i, (float) random.nextDouble(-2, 2));
            }
        }
        return data;
    }

    /** Infinities, zeros of both signs unless there is to be but one, NaN, subnormal numbers. */
    static MemorySegment special(DType type, int rank, long elements, boolean bothZeros) {
        MemorySegment data = MemorySegment.ofArray(new byte[(int) type.bytes(elements)]);
        for (long i = 0; i < elements; i++) {
            float value = SPECIAL[(int) ((i + rank * 3L + i / 8 * rank) % SPECIAL.length)];
            set(type, data, i, value == 0 && !bothZeros ? 0 : value);
        }
        return data;
    }

    static MemorySegment reduce(ReduceKind kind, DType type, List<MemorySegment> ranks) {
        MemorySegment result =
                MemorySegment.ofArray(new byte[(int) ranks.getFirst().byteSize()]);
        long elements = result.byteSize() / type.blockBytes();
        for (long i = 0; i < elements; i++) {
            if (type == DType.I32 || type == DType.I64) {
                reduceInteger(kind, type, ranks, result, i);
            } else {
                reduceFloat(kind, type, ranks, result, i);
            }
        }
        return result;
    }

    private static void reduceFloat(
            ReduceKind kind, DType type, List<MemorySegment> ranks, MemorySegment result, long i) {
        float sum = get(type, ranks.getFirst(), i);
        for (MemorySegment rank : ranks.subList(1, ranks.size())) {
            float x = get(type, rank, i);
            sum = switch (kind) {
                case SUM, MEAN -> sum + x;
                case MAX -> Math.max(sum, x);
                case MIN -> Math.min(sum, x);
                case PRODUCT, SUM_SQUARES -> throw new AssertionError(kind);
            };
        }
        set(type, result, i, kind == ReduceKind.MEAN ? sum / ranks.size() : sum);
    }

    private static void reduceInteger(
            ReduceKind kind, DType type, List<MemorySegment> ranks, MemorySegment results, long i) {
        boolean wide = type == DType.I64;
        BigInteger result = integer(wide, ranks.getFirst(), i);
        for (MemorySegment rank : ranks.subList(1, ranks.size())) {
            BigInteger x = integer(wide, rank, i);
            result = switch (kind) {
                case SUM, MEAN -> result.add(x);
                case MAX -> result.max(x);
                case MIN -> result.min(x);
                case PRODUCT, SUM_SQUARES -> throw new AssertionError(kind);
            };
        }
        if (kind == ReduceKind.MEAN) {
            // Rounds towards zero.
            result = result.divide(BigInteger.valueOf(ranks.size()));
        }
        if (wide) {
            results.set(LONG, 8 * i, result.longValue());
        } else {
            results.set(INT, 4 * i, result.intValue());
        }
    }

    private static BigInteger integer(boolean wide, MemorySegment data, long i) {
        return BigInteger.valueOf(wide ? data.get(LONG, 8 * i) : data.get(INT, 4 * i));
    }

    private static float get(DType type, MemorySegment data, long i) {
        return switch (type) {
            case F32 -> data.get(FLOAT, 4 * i);
            case F16 -> Float.float16ToFloat(data.get(SHORT, 2 * i));
            case BF16 -> Float.intBitsToFloat(data.get(SHORT, 2 * i) << 16);
            default -> throw new AssertionError(type);
        };
    }

    private static void set(DType type, MemorySegment data, long i, float value) {
        switch (type) {
            case F32 -> data.set(FLOAT, 4 * i, value);
            case F16 -> data.set(SHORT, 2 * i, Float.floatToFloat16(value));
            case BF16 -> data.set(SHORT, 2 * i, bf16(value));
            default -> throw new AssertionError(type);
        }
    }

    /** By way of the two neighbours: shares nothing with how the kernels round. */
    private static short bf16(float value) {
        short down = (short) (Float.floatToRawIntBits(value) >>> 16);
        float low = Float.intBitsToFloat(down << 16);
        if (Float.isNaN(value)) {
            return (short) 0x7FC0;
        }
        if (low == value) {
            return down;
        }
        float high = Float.intBitsToFloat((down + 1) << 16);
        double toLow = Math.abs((double) value - low);
        double toHigh = Float.isInfinite(high)
                ? Math.abs(Math.copySign(0x1p128, value) - value)
                : Math.abs((double) high - value);
        boolean up = toHigh < toLow || toHigh == toLow && (down & 1) == 1;
        return (short) (up ? down + 1 : down);
    }

    /** NaNs of any payload count as one. */
    static void requireSame(DType type, MemorySegment expected, MemorySegment actual, String where) {
        if (expected.mismatch(actual) < 0) {
            return;
        }
        boolean isFloat = type.isFloat();
        for (long i = 0; i < expected.byteSize() / type.blockBytes(); i++) {
            long a = i * type.blockBytes();
            if (MemorySegment.mismatch(expected, a, a + type.blockBytes(), actual, a, a + type.blockBytes()) < 0) {
                continue;
            }
            if (isFloat && Float.isNaN(get(type, expected, i)) && Float.isNaN(get(type, actual, i))) {
                continue;
            }
            throw new AssertionError(where + ": element " + i + " is "
                    + (isFloat ? get(type, actual, i) : "wrong") + ", not "
                    + (isFloat ? get(type, expected, i) : "what it should be"));
        }
    }
}
