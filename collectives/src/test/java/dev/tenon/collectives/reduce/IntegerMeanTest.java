package dev.tenon.collectives.reduce;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.math.BigInteger;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Means of integers at the ends of their range, and round zero, against exact arithmetic. */
class IntegerMeanTest {
    private static final long[] EDGES = {
        0, 1, -1, 2, -2, 3, -3, 7, -7, Long.MAX_VALUE, Long.MIN_VALUE, Long.MAX_VALUE - 1, Long.MIN_VALUE + 1, 1L << 62
    };

    private static long mean(DType type, long... values) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment data = arena.allocate(8L * values.length + 8, 8);
            long[] sources = new long[values.length];
            for (int r = 0; r < values.length; r++) {
                sources[r] = data.address() + 8L * r;
                data.setAtIndex(ValueLayout.JAVA_LONG, r, values[r]);
            }
            long out = data.address() + 8L * values.length;
            boolean wide = type == DType.I64;
            Reduction.of(ReduceKind.MEAN, type).combine(sources, new long[] {out}, wide ? 8 : 4);
            MemorySegment result = data.asSlice(8L * values.length);
            return wide ? result.get(ValueLayout.JAVA_LONG, 0) : result.get(ValueLayout.JAVA_INT, 0);
        }
    }

    private static void requireExact(DType type, long... values) {
        BigInteger sum = BigInteger.ZERO;
        for (long value : values) {
            sum = sum.add(BigInteger.valueOf(value));
        }
        long expected = sum.divide(BigInteger.valueOf(values.length)).longValueExact();
        assertEquals(expected, mean(type, values), type + " " + java.util.Arrays.toString(values));
    }

    @Test
    void roundsTowardsZero() {
        assertEquals(1, mean(DType.I32, 1, 2));
        assertEquals(-1, mean(DType.I32, -1, -2));
        assertEquals(0, mean(DType.I64, 1, -2));
        assertEquals(-2, mean(DType.I64, -3, -2, -2));
    }

    @Test
    void neverWraps() {
        for (long a : EDGES) {
            for (long b : EDGES) {
                requireExact(DType.I64, a, b);
                requireExact(DType.I32, (int) a, (int) b);
                for (long c : EDGES) {
                    requireExact(DType.I64, a, b, c);
                    requireExact(DType.I32, (int) (a >> 32), (int) b, (int) (c >> 32));
                    requireExact(DType.I64, a, b, c, a, c, c, b);
                }
            }
        }
    }

    @Test
    void ofManyRanks() {
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 2_000; i++) {
            long[] values = new long[1 + random.nextInt(70)];
            for (int r = 0; r < values.length; r++) {
                values[r] = random.nextLong() >> random.nextInt(64);
            }
            requireExact(DType.I64, values);
        }
    }
}
