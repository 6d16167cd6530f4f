package dev.tenon.cpu.math;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.cpu.OffHeap;
import java.lang.foreign.Arena;
import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The vector conversions against the JDK's scalar ones and against exact arithmetic. */
class HalfPrecisionTest {
    @Test
    void widensEveryHalf() {
        try (Arena arena = Arena.ofConfined()) {
            long in = arena.allocate(64, 64).address();
            long out = arena.allocate(128, 64).address();
            for (int from = 0; from < 1 << 16; from += Lanes.COUNT) {
                for (int i = 0; i < Lanes.COUNT; i++) {
                    OffHeap.setShort(in + 2L * i, (short) (from + i));
                }
                Lanes.store(out, HalfPrecision.loadF16(in));
                for (int i = 0; i < Lanes.COUNT; i++) {
                    assertSame(Float.float16ToFloat((short) (from + i)), OffHeap.getFloat(out + 4L * i), from + i);
                }
                Lanes.store(out, HalfPrecision.loadBf16(in));
                for (int i = 0; i < Lanes.COUNT; i++) {
                    assertEquals((from + i) << 16, OffHeap.getInt(out + 4L * i));
                }
            }
        }
    }

    @Test
    void narrowsToNearestEven() {
        try (Arena arena = Arena.ofConfined()) {
            long in = arena.allocate(128, 64).address();
            long out = arena.allocate(64, 64).address();
            for (long bits = Integer.MIN_VALUE; bits < Integer.MAX_VALUE; ) {
                for (int i = 0; i < Lanes.COUNT; i++, bits += 1013) {
                    OffHeap.setInt(in + 4L * i, (int) bits);
                }
                HalfPrecision.storeF16(out, Lanes.load(in));
                for (int i = 0; i < Lanes.COUNT; i++) {
                    float x = OffHeap.getFloat(in + 4L * i);
                    short half = OffHeap.getShort(out + 2L * i);
                    assertSame(Float.float16ToFloat(Float.floatToFloat16(x)), Float.float16ToFloat(half), x);
                }
                HalfPrecision.storeBf16(out, Lanes.load(in));
                for (int i = 0; i < Lanes.COUNT; i++) {
                    float x = OffHeap.getFloat(in + 4L * i);
                    float bf16 = HalfPrecision.fromBf16(OffHeap.getShort(out + 2L * i));
                    assertSame(HalfPrecision.fromBf16(HalfPrecision.toBf16(x)), bf16, x);
                    assertTrue(Float.isNaN(x) == Float.isNaN(bf16), () -> "NaN of " + x);
                }
            }
        }
    }

    @Test
    void roundsWideValuesOnce() {
        long seed = 11;
        Random random = new Random(seed);
        for (int i = 0; i < 200_000; i++) {
            // Half-way cases, and what lies next to them by less than F32 can tell.
            short near = (short) random.nextInt(0x7800);
            double middle = (Float.float16ToFloat(near) + (double) Float.float16ToFloat((short) (near + 1))) / 2;
            double x = middle * (1 + (random.nextInt(3) - 1) * 0x1p-40);
            float rounded = Float.float16ToFloat(Float.floatToFloat16(HalfPrecision.toOddFloat(x)));
            BigDecimal below =
                    exact(Float.float16ToFloat(near)).subtract(exact(x)).abs();
            BigDecimal above = exact(Float.float16ToFloat((short) (near + 1)))
                    .subtract(exact(x))
                    .abs();
            int order = below.compareTo(above);
            short must = order < 0 || (order == 0 && (near & 1) == 0) ? near : (short) (near + 1);
            assertEquals(Float.float16ToFloat(must), rounded, "seed " + seed + ", value " + x);
        }
    }

    private static BigDecimal exact(double x) {
        return new BigDecimal(x);
    }

    private static void assertSame(float must, float is, Object what) {
        if (!(Float.isNaN(must) && Float.isNaN(is))) {
            assertEquals(Float.floatToRawIntBits(must), Float.floatToRawIntBits(is), () -> "of " + what);
        }
    }
}
