package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Sine and cosine. Whole quarter turns are taken off with pi/2 in three parts (Cody and Waite 1980), each step one fma, which
 * is good up to {@link #LIMIT}; callers take larger arguments to {@link Math}, whose reduction is exact.
 */
public final class Trigonometry {
    /** The largest magnitude that the vector functions take. */
    public static final float LIMIT = 0x1p16f;

    private static final float TWO_OVER_PI = 0x1.45f306p-1f;
    private static final float HALF_PI_1 = 0x1.921fb6p0f;
    private static final float HALF_PI_2 = -0x1.777a5cp-25f;
    private static final float HALF_PI_3 = -0x1.ee59dap-50f;

    // (sin x - x) / x^3 and (cos x - 1 + x^2/2) / x^4 in x^2, relative errors 1.6e-10 and 6e-12
    private static final float S0 = -0x1.555556p-3f;
    private static final float S1 = 0x1.111174p-7f;
    private static final float S2 = -0x1.a058e4p-13f;
    private static final float S3 = 0x1.7bf19cp-19f;
    private static final float C0 = 0x1.555556p-5f;
    private static final float C1 = -0x1.6c175ep-10f;
    private static final float C2 = 0x1.a07152p-16f;
    private static final float C3 = -0x1.35e264p-22f;

    private Trigonometry() {}

    /** Where {@link #sin} and {@link #cos} are not defined: beyond {@link #LIMIT}, and NaN. */
    public static VectorMask<Float> beyond(FloatVector x) {
        return x.abs().compare(VectorOperators.LE, LIMIT).not();
    }

    /** sin x within 1.6 ulp for |x| up to {@link #LIMIT}. */
    public static FloatVector sin(FloatVector x) {
        FloatVector shifted = x.fma(splat(TWO_OVER_PI), splat(Exponential.ROUND));
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND));
        FloatVector value = quarter(r, shifted.reinterpretAsInts());
        // The least magnitudes are their own sine, and negative zero keeps its sign.
        return value.blend(x, x.abs().compare(VectorOperators.LT, 0x1p-13f));
    }

    /** cos x within 1.6 ulp for |x| up to {@link #LIMIT}. */
    public static FloatVector cos(FloatVector x) {
        FloatVector shifted = x.fma(splat(TWO_OVER_PI), splat(Exponential.ROUND));
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND));
        return quarter(r, shifted.reinterpretAsInts().add(1));
    }

    /** sin(x + low) for a small {@code low}; else as {@link #sin}. */
    public static FloatVector sin(FloatVector x, FloatVector low) {
        FloatVector shifted = x.fma(splat(TWO_OVER_PI), splat(Exponential.ROUND));
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND)).add(low);
        return quarter(r, shifted.reinterpretAsInts());
    }

    /** cos(x + low) for a small {@code low}; else as {@link #cos}. */
    public static FloatVector cos(FloatVector x, FloatVector low) {
        FloatVector shifted = x.fma(splat(TWO_OVER_PI), splat(Exponential.ROUND));
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND)).add(low);
        return quarter(r, shifted.reinterpretAsInts().add(1));
    }

    private static FloatVector reduce(FloatVector x, FloatVector quarters) {
        FloatVector first = quarters.fma(splat(-HALF_PI_1), x);
        return quarters.fma(splat(-HALF_PI_3), quarters.fma(splat(-HALF_PI_2), first));
    }

    /** The sine of r plus {@code quarters} quarter turns (their two low bits count). */
    private static FloatVector quarter(FloatVector r, IntVector quarters) {
        FloatVector s = r.mul(r);
        FloatVector sine =
                s.fma(splat(S3), splat(S2)).fma(s, splat(S1)).fma(s, splat(S0)).fma(s.mul(r), r);
        FloatVector cosine = s.fma(splat(C3), splat(C2))
                .fma(s, splat(C1))
                .fma(s, splat(C0))
                .fma(s.mul(s), s.fma(splat(-0.5f), splat(1)));
        VectorMask<Float> odd = quarters.lanewise(VectorOperators.LSHL, 31)
                .compare(VectorOperators.LT, 0)
                .cast(Lanes.F32);
        IntVector sign = quarters.lanewise(VectorOperators.LSHL, 30).and(0x8000_0000);
        return sine.blend(cosine, odd)
                .reinterpretAsInts()
                .lanewise(VectorOperators.XOR, sign)
                .reinterpretAsFloats();
    }
}
