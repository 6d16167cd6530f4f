package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.error.InvalidArgumentException;
import org.junit.jupiter.api.Test;

/** Values beside those of Hugging Face's {@code ROPE_INIT_FUNCTIONS} (transformers 5.23), for heads of 16 elements. */
class RopeFrequenciesTest {
    private static void assertClose(double[] expected, RopeFrequencies actual) {
        float[] values = actual.toFloatArray();
        assertEquals(expected.length, values.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], values[i], 2e-6 * expected[i], "pair " + i);
        }
    }

    @Test
    void plain() {
        float[] values = RopeFrequencies.of(8, 10_000).toFloatArray();
        assertArrayEquals(new float[] {1, 0.1f, 0.01f, 0.001f}, values, 1e-9f);
        assertEquals(1, RopeFrequencies.of(8, 10_000).magnitude());
    }

    @Test
    void linear() {
        assertArrayEquals(
                new float[] {0.25f, 0.025f, 0.0025f, 0.00025f},
                RopeFrequencies.linear(8, 10_000, 4).toFloatArray(),
                1e-9f);
    }

    @Test
    void divided() {
        assertArrayEquals(
                new float[] {1, 0.05f, 0.0025f, 0.000125f},
                RopeFrequencies.of(8, 10_000).divided(new float[] {1, 2, 4, 8}).toFloatArray(),
                1e-9f);
        assertThrows(
                InvalidArgumentException.class,
                () -> RopeFrequencies.of(8, 10_000).divided(new float[3]));
        assertThrows(
                InvalidArgumentException.class,
                () -> RopeFrequencies.of(4, 10_000).divided(new float[] {1, Float.NaN}));
    }

    @Test
    void badSizesAndBasesAreRefused() {
        assertThrows(InvalidArgumentException.class, () -> RopeFrequencies.of(7, 10_000));
        assertThrows(InvalidArgumentException.class, () -> RopeFrequencies.of(0, 10_000));
        assertThrows(InvalidArgumentException.class, () -> RopeFrequencies.of(8, 1));
        assertThrows(InvalidArgumentException.class, () -> RopeFrequencies.of(8, Double.NaN));
        assertThrows(InvalidArgumentException.class, () -> RopeFrequencies.linear(8, 10_000, 0));
        assertThrows(InvalidArgumentException.class, () -> RopeFrequencies.llama3(8, 10_000, 8, 4, 1, 8192));
    }

    @Test
    void dynamicNtk() {
        assertClose(DYNAMIC, RopeFrequencies.dynamicNtk(16, 10_000, 4, 2048, 5000));
        assertArrayEquals(
                RopeFrequencies.of(16, 10_000).toFloatArray(),
                RopeFrequencies.dynamicNtk(16, 10_000, 4, 2048, 2000).toFloatArray());
    }

    @Test
    void yarn() {
        RopeFrequencies yarn = RopeFrequencies.yarn(16, 10_000, 4, 2048, 32, 1);
        assertClose(YARN, yarn);
        assertEquals(YARN_MAGNITUDE, yarn.magnitude(), 1e-6);
    }

    @Test
    void llama3() {
        assertClose(LLAMA3, RopeFrequencies.llama3(16, 500_000, 8, 1, 4, 8192));
    }

    @Test
    void longRopeMagnitude() {
        assertEquals(LONG_MAGNITUDE, RopeFrequencies.longRopeMagnitude(32, 4096), 1e-6);
        assertEquals(1, RopeFrequencies.longRopeMagnitude(1, 4096));
    }

    private static final double[] DYNAMIC = {
        1, 0.240649298, 0.0579120778, 0.013936501, 0.00335380924, 0.000807091768, 0.000194226057, 4.67403661e-05
    };

    private static final double[] YARN = {
        1, 0.316227764, 0.100000001, 0.025693506, 0.00624999963, 0.00138349656, 0.000250000012, 7.90569466e-05
    };
    private static final double YARN_MAGNITUDE = 1.13862944;

    private static final double[] LLAMA3 = {
        1, 0.193922758, 0.0376060307, 0.00729266508, 0.000524846022, 3.42810235e-05, 6.64786967e-06, 1.28917316e-06
    };

    private static final double LONG_MAGNITUDE = 1.19023807;
}
