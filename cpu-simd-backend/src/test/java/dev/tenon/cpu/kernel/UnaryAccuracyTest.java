package dev.tenon.cpu.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.UnaryKind;
import java.lang.foreign.Arena;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each vector function's greatest error over a dense sweep of all F32: every 2039th bit pattern, so every binade from the
 * subnormal numbers to the largest, and the special values, against F64.
 */
class UnaryAccuracyTest {
    private static final int TILE = 4096;
    private static final long STEP = 2039;
    private static final float[] SPECIAL = {
        0,
        -0.0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.NaN,
        1,
        -1,
        0.5f,
        -0.5f,
        1.5f,
        2.5f,
        88.72284f,
        -87.33655f,
        -103.97208f,
        8388607.5f
    };

    /** What the documentation promises, in ulp. */
    private static double limit(UnaryKind kind) {
        return switch (kind) {
            case NEGATE, ABS, SIGN, FLOOR, CEIL, ROUND, RELU -> 0;
            case SQUARE, SQRT, RECIPROCAL -> 0.5001;
            case RSQRT -> 1.5;
            case EXP, EXP2 -> 1.1;
            case EXPM1 -> 1.6;
            case LOG -> 1.2;
            case LOG2 -> 1.7;
            case LOG1P -> 1.5;
            case SIN, COS -> 1.6;
            case TANH -> 2.6;
            case ERF -> 1.5;
            case SIGMOID -> 2.6;
            case SOFTPLUS -> 3;
            case SILU -> 3.5;
            case GELU -> 9;
            // Relative errors grow with the argument of the exponential; they are held to an absolute bound below.
            case GELU_TANH, GELU_QUICK -> 16;
            case NOT -> throw new AssertionError();
        };
    }

    /** Below this magnitude of the result the bound of {@link #limit} is not promised; errors stay under it in proportion. */
    private static double floor(UnaryKind kind) {
        return switch (kind) {
            case GELU_TANH, GELU_QUICK -> 1e-3;
            case GELU, SILU -> 0x1p-118;
            default -> 0;
        };
    }

    private static double exact(UnaryKind kind, double x) {
        DoubleUnaryOperator f = switch (kind) {
            case NEGATE -> v -> -v;
            case ABS -> Math::abs;
            case SIGN -> Math::signum;
            case SQUARE -> v -> v * v;
            case SQRT -> StrictMath::sqrt;
            case RSQRT -> v -> 1 / StrictMath.sqrt(v);
            case RECIPROCAL -> v -> 1 / v;
            case EXP -> StrictMath::exp;
            case EXP2 -> v -> StrictMath.pow(2, v);
            case EXPM1 -> StrictMath::expm1;
            case LOG -> StrictMath::log;
            case LOG2 -> DoubleMath::log2;
            case LOG1P -> StrictMath::log1p;
            case SIN -> StrictMath::sin;
            case COS -> StrictMath::cos;
            case TANH -> StrictMath::tanh;
            case ERF -> DoubleMath::erf;
            case SIGMOID -> DoubleMath::sigmoid;
            case SOFTPLUS -> DoubleMath::softplus;
            case FLOOR -> StrictMath::floor;
            case CEIL -> StrictMath::ceil;
            case ROUND -> StrictMath::rint;
            case RELU -> DoubleMath::relu;
            case GELU -> DoubleMath::gelu;
            case GELU_TANH -> DoubleMath::geluTanh;
            case GELU_QUICK -> DoubleMath::geluQuick;
            case SILU -> DoubleMath::silu;
            case NOT -> throw new AssertionError();
        };
        return f.applyAsDouble(x);
    }

    @ParameterizedTest
    @EnumSource(value = UnaryKind.class, names = "NOT", mode = EnumSource.Mode.EXCLUDE)
    void staysWithinItsBound(UnaryKind kind) {
        TileKernel kernel = UnaryKernels.of(kind, Domain.F32);
        try (Arena arena = Arena.ofConfined()) {
            long in = arena.allocate(4L * TILE, 64).address();
            long out = arena.allocate(4L * TILE, 64).address();
            long[] at = {in, out};
            Worst worst = new Worst();
            for (int i = 0; i < TILE; i++) {
                OffHeap.setFloat(in + 4L * i, SPECIAL[i % SPECIAL.length]);
            }
            kernel.run(at, TILE);
            worst.see(kind, in, out);
            for (long bits = Integer.MIN_VALUE; bits <= Integer.MAX_VALUE; ) {
                for (int i = 0; i < TILE; i++, bits += STEP) {
                    OffHeap.setInt(in + 4L * i, (int) Math.min(bits, Integer.MAX_VALUE));
                }
                kernel.run(at, TILE);
                worst.see(kind, in, out);
            }
            assertTrue(worst.ulps <= limit(kind), () -> kind + " of " + worst.x + " is off by " + worst.ulps + " ulp");
            if (Boolean.getBoolean("tenon.print")) {
                System.out.println(kind + " " + worst.ulps + " ulp at " + worst.x);
            }
        }
    }

    private static final class Worst {
        double ulps;
        float x;

        void see(UnaryKind kind, long in, long out) {
            for (int i = 0; i < TILE; i++) {
                float argument = OffHeap.getFloat(in + 4L * i);
                float result = OffHeap.getFloat(out + 4L * i);
                double must = exact(kind, argument);
                double error = error(kind, result, must);
                if (error > ulps) {
                    ulps = error;
                    x = argument;
                }
            }
        }

        private static double error(UnaryKind kind, float result, double must) {
            float nearest = (float) must;
            if (Float.isNaN(nearest) || Float.isNaN(result)) {
                return Float.isNaN(nearest) && Float.isNaN(result) ? 0 : Double.POSITIVE_INFINITY;
            }
            if (Float.isInfinite(nearest) || Float.isInfinite(result)) {
                // The rounded value may stand on the other side of the largest number.
                double other = Float.isInfinite(nearest) ? result : must;
                boolean close =
                        Math.signum(nearest) == Math.signum(result) && Math.abs(other) > Float.MAX_VALUE * (1 - 1e-6);
                return nearest == result || close ? 0 : Double.POSITIVE_INFINITY;
            }
            if (must == 0 && result == 0) {
                return Double.compare(must, result) == 0 || kind == UnaryKind.RELU ? 0 : Double.POSITIVE_INFINITY;
            }
            return Math.abs(result - must) / Math.ulp((float) Math.max(Math.abs(nearest), floor(kind)));
        }
    }

    @Test
    void theErrorFunctionItIsMeasuredBy() {
        // Abramowitz and Stegun, table 7.1, and erfc from 7.3.
        assertEquals(0.5204998778130465, DoubleMath.erf(0.5), 2e-16);
        assertEquals(0.8427007929497149, DoubleMath.erf(1), 2e-16);
        assertEquals(0.9953222650189527, DoubleMath.erf(2), 2e-16);
        assertEquals(1.5374597944280349e-12, DoubleMath.erfc(5), 1e-26);
        assertEquals(2.0884875837625446e-45, DoubleMath.erfc(10), 1e-58);
        assertEquals(1.9953222650189527, DoubleMath.erfc(-2), 4e-16);
    }
}
