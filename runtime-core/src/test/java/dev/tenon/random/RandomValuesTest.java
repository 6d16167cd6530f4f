package dev.tenon.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import org.junit.jupiter.api.Test;

class RandomValuesTest {
    private static final int SAMPLES = 1 << 18;

    @Test
    void uniformHoldsItsInterval() {
        assertEquals(0f, RandomValues.uniform(0xFF));
        assertEquals(1 - 0x1p-24f, RandomValues.uniform(-1));
        for (DType type : new DType[] {DType.F32, DType.F16, DType.BF16}) {
            for (float[] ends : new float[][] {{0, 1}, {-3, -1}, {-1, 0}, {-0.1f, 0.3f}, {1000, 1001}, {2, 2}}) {
                float last = RandomValues.last(ends[0], ends[1], type);
                float most = RandomValues.uniform(-1, ends[0], ends[1], last);
                float stored = round(most, type);
                assertTrue(
                        stored < ends[1] || ends[0] == ends[1], type + " " + ends[0] + " " + ends[1] + ": " + stored);
                assertEquals(last, round(last, type), "it must be a value of " + type);
            }
        }
    }

    private static float round(float value, DType type) {
        if (type == DType.F16) {
            return Float.float16ToFloat(Float.floatToFloat16(value));
        }
        int bits = Float.floatToRawIntBits(value);
        int lift = 0x7FFF + (bits >>> 16 & 1);
        return type == DType.BF16 ? Float.intBitsToFloat(bits + lift & 0xFFFF_0000) : value;
    }

    /** Every 61st of the 2^24 words that differ, against double precision. */
    @Test
    void radiusAndAngleAreAccurate() {
        double worstRadius = 0;
        double worstAngle = 0;
        for (int i = 0; i < 1 << 24; i += 61) {
            int word = i << 8;
            double radius = Math.sqrt(-2 * Math.log((i + 1) * 0x1p-24));
            worstRadius = Math.max(worstRadius, ulps(RandomValues.radius(word), radius));
            double angle = 2 * Math.PI * i * 0x1p-24;
            worstAngle = Math.max(worstAngle, Math.abs(RandomValues.sine(word) - Math.sin(angle)));
            worstAngle = Math.max(worstAngle, Math.abs(RandomValues.cosine(word) - Math.cos(angle)));
        }
        assertTrue(worstRadius < 3, "radius is off by " + worstRadius + " ulp");
        assertTrue(worstAngle < 0x1p-23, "angle is off by " + worstAngle);
        assertEquals(0f, RandomValues.radius(-1), 0f);
        assertEquals(Math.sqrt(48 * Math.log(2)), RandomValues.radius(0), 1e-6);
    }

    private static double ulps(float value, double exact) {
        return Math.abs(value - exact) / Math.ulp((float) exact);
    }

    /** Fixed bits: a backend's kernel has to give these, and a change here changes every seeded result. */
    @Test
    void normalIsFixed() {
        int[] bits = new int[4];
        for (int i = 0; i < 4; i++) {
            bits[i] = Float.floatToRawIntBits(RandomValues.normal(42, i));
        }
        assertEquals("bf785e5a 3e46acec bf9e28cd 3ff6433e", hex(bits));
    }

    @Test
    void momentsAreThoseOfTheDistributions() {
        double uniformSum = 0;
        double[] moments = new double[5];
        long events = 0;
        int[] faces = new int[6];
        for (int i = 0; i < SAMPLES; i++) {
            int word = Philox.word(7, i);
            uniformSum += RandomValues.uniform(word);
            events += RandomValues.bernoulli(word, 0.3f) ? 1 : 0;
            faces[RandomValues.integer(word, 6)]++;
            double normal = RandomValues.normal(7, i);
            for (int k = 1; k <= 4; k++) {
                moments[k] += Math.pow(normal, k);
            }
        }
        // Five standard errors each; the stream is fixed, so this passes always or never.
        double n = SAMPLES;
        assertEquals(0.5, uniformSum / n, 5 * Math.sqrt(1 / 12.0 / n));
        assertEquals(0.3, events / n, 5 * Math.sqrt(0.21 / n));
        for (int face : faces) {
            assertEquals(1 / 6.0, face / n, 5 * Math.sqrt(5 / 36.0 / n));
        }
        assertEquals(0, moments[1] / n, 5 / Math.sqrt(n));
        assertEquals(1, moments[2] / n, 5 * Math.sqrt(2 / n));
        assertEquals(0, moments[3] / n, 5 * Math.sqrt(15 / n));
        assertEquals(3, moments[4] / n, 5 * Math.sqrt(96 / n));
    }

    @Test
    void bernoulliIsExactAtItsEnds() {
        for (int word : new int[] {0, 1, 0x7FFF_FFFF, 0x8000_0000, -1}) {
            assertFalse(RandomValues.bernoulli(word, 0));
            assertTrue(RandomValues.bernoulli(word, 1));
            assertEquals(0, RandomValues.integer(word, 1));
        }
    }

    @Test
    void meanAndDeviationAreAppliedWithOneRounding() {
        for (int i = 0; i < 1000; i++) {
            double exact = (double) RandomValues.normal(9, i) * 0.02f + 1.5f;
            assertEquals((float) exact, RandomValues.normal(9, i, 1.5f, 0.02f), "place " + i);
        }
    }

    private static String hex(int[] values) {
        StringBuilder out = new StringBuilder();
        for (int value : values) {
            out.append(out.isEmpty() ? "" : " ").append("%08x".formatted(value));
        }
        return out.toString();
    }
}
