package dev.tenon.cpu.quant;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How near the encoders of the 256-element types come: on the whole, and at worst. */
class SuperBlockEncoderTest {
    private static final int SIZE = 256;
    private static final int BLOCKS = 300;
    private static final List<DType> TYPES = List.of(DType.Q4_K, DType.Q5_K, DType.Q6_K);

    /** The most that one element may be off, as a part of its block's largest magnitude. */
    private static double worst(DType type) {
        return switch (type) {
            case Q4_K -> 0.1;
            case Q5_K -> 0.05;
            case Q6_K -> 0.035;
            default -> throw new IllegalArgumentException(type.name());
        };
    }

    /**
     * Values of several kinds, and the squared error, relative to the squares, that ggml's reference quantizers ({@code
     * quantize_row_q4_K_ref} and so on, of ggml 0.20.2) leave of these very 300 blocks.
     */
    enum Values {
        NORMAL(5.043e-3, 1.302e-3, 3.139e-4),
        CUBED(7.967e-3, 2.456e-3, 6.064e-4),
        UNIFORM(2.964e-3, 7.578e-4, 1.747e-4),
        POSITIVE(4.480e-4, 1.106e-4, 8.757e-5),
        OUTLIERS(9.550e-3, 2.396e-3, 8.099e-4),
        SPARSE(2.063e-3, 1.300e-3, 4.315e-5),
        OFFSET(4.353e-4, 1.079e-4, 8.335e-5),
        NEGATIVE(1.676e-3, 4.522e-4, 3.197e-4),
        SCALED(5.052e-3, 1.289e-3, 3.225e-4),
        WHOLE(2.943e-3, 7.535e-4, 1.754e-4);

        private final double[] ggml;

        Values(double... ggml) {
            this.ggml = ggml;
        }

        float[] make() {
            int seed = name().toLowerCase(Locale.ROOT).hashCode();
            SplittableRandom random = new SplittableRandom(seed);
            Random normal = new Random(seed);
            float[] values = new float[SIZE * BLOCKS];
            for (int i = 0; i < values.length; i++) {
                double n = normal.nextGaussian();
                values[i] = (float)
                        switch (this) {
                            case NORMAL -> n;
                            case CUBED -> n * n * n;
                            case UNIFORM -> random.nextDouble(-1, 1);
                            case POSITIVE -> random.nextDouble(3, 5);
                            case OUTLIERS -> n * 0.02 * (random.nextInt(64) == 0 ? 10 : 1);
                            case SPARSE -> random.nextInt(16) == 0 ? n : 0;
                            case OFFSET -> n * 0.1 + 1;
                            case NEGATIVE -> -Math.abs(n);
                            // A scale of its own for each sub-block.
                            case SCALED -> n * StrictMath.exp(((i / 32) * 2654435761L >>> 3 & 7) - 4.0);
                            case WHOLE -> random.nextInt(-127, 129);
                        };
            }
            return values;
        }
    }

    /** The squared error of blocks relative to their squares. Fails where one element is too far off. */
    private static double error(DType type, float[] values) {
        double error = 0;
        double squares = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment in = arena.allocate(SIZE * Float.BYTES, 64);
            MemorySegment out = arena.allocate(SIZE * Float.BYTES, 64);
            MemorySegment block = arena.allocate(type.blockBytes(), 64);
            for (int at = 0; at < values.length; at += SIZE) {
                MemorySegment.copy(values, at, in, ValueLayout.JAVA_FLOAT, 0, SIZE);
                Blocks.encode(type, in.address(), block.address());
                Blocks.decode(type, block.address(), out.address(), SIZE);
                double largest = 0;
                double off = 0;
                for (int i = 0; i < SIZE; i++) {
                    double x = values[at + i];
                    double lost = Math.abs(out.getAtIndex(ValueLayout.JAVA_FLOAT, i) - x);
                    error += lost * lost;
                    squares += x * x;
                    largest = Math.max(largest, Math.abs(x));
                    off = Math.max(off, lost);
                }
                // The smallest scales that F16 can write are 2^-24 apart.
                assertTrue(off <= worst(type) * largest + 0x1p-24, type + ": off by " + off + " of " + largest);
            }
        }
        return error / squares;
    }

    @ParameterizedTest
    @EnumSource
    void errorsAreSmallerThanThoseOfGgml(Values kind) {
        float[] values = kind.make();
        for (DType type : TYPES) {
            double error = error(type, values);
            double ggml = kind.ggml[TYPES.indexOf(type)];
            assertTrue(error < ggml, type + " " + kind + ": " + error + ", ggml's " + ggml);
        }
    }

    /** Sub-blocks that differ in scale, offset and kind: what fits one badly must not show in another. */
    @Test
    void noElementIsFarOff() {
        long seed = Long.getLong("tenon.seed", 20_251);
        Random random = new Random(seed);
        float[] values = new float[SIZE * 4000];
        for (int sub = 0; sub < values.length / 32; sub++) {
            double scale = random.nextInt(3) == 0 ? 1 : Math.exp(-6 * random.nextDouble());
            double offset = random.nextInt(3) == 0 ? 2 * random.nextDouble() - 1 : 0;
            int kind = random.nextInt(6);
            for (int i = 32 * sub; i < 32 * sub + 32; i++) {
                double x = switch (kind) {
                    case 0 -> 2 * random.nextDouble() - 1;
                    case 1 -> random.nextInt(2) * 2 - 1;
                    case 2 -> random.nextInt(32) == 0 ? 1 : 0.02 * random.nextGaussian();
                    case 3 -> random.nextGaussian() / 3;
                    case 4 -> random.nextInt(16) == 0 ? -1 : 0.2 * random.nextDouble();
                    default -> Math.pow(2 * random.nextDouble() - 1, 3);
                };
                values[i] = (float) (x * scale + offset);
            }
        }
        for (DType type : TYPES) {
            assertTrue(error(type, values) > 0, type + " with seed " + seed);
        }
    }

    @Test
    void whatACodeCanSayIsKept() {
        for (DType type : TYPES) {
            assertTrue(Double.isNaN(error(type, filled(0))), "no error of no squares");
            // A unit is F16 and so is off by up to 2^-12.
            assertTrue(error(type, filled(1.5f)) < 1e-6, type.name());
            assertTrue(error(type, filled(-3e-3f)) < 1e-6, type.name());
        }
    }

    private static float[] filled(float value) {
        float[] values = new float[SIZE];
        java.util.Arrays.fill(values, value);
        return values;
    }

    @Test
    void valuesThatAreNoNumbersStayInTheirBlock() {
        for (DType type : TYPES) {
            for (float bad :
                    new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.MAX_VALUE}) {
                try (Arena arena = Arena.ofConfined()) {
                    MemorySegment in = arena.allocate(SIZE * Float.BYTES, 64);
                    MemorySegment block = arena.allocate(type.blockBytes() + 1L, 64);
                    in.setAtIndex(ValueLayout.JAVA_FLOAT, 7, bad);
                    in.setAtIndex(ValueLayout.JAVA_FLOAT, 8, 1);
                    block.set(ValueLayout.JAVA_BYTE, type.blockBytes(), (byte) 77);
                    Blocks.encode(type, in.address(), block.address());
                    assertEquals(77, block.get(ValueLayout.JAVA_BYTE, type.blockBytes()));
                }
            }
        }
    }
}
