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

    private static final FloatVector TWO_OVER_PI = splat(0x1.45f306p-1f);
    private static final FloatVector MINUS_HALF_PI_1 = splat(-0x1.921fb6p0f);
    private static final FloatVector MINUS_HALF_PI_2 = splat(0x1.777a5cp-25f);
    private static final FloatVector MINUS_HALF_PI_3 = splat(0x1.ee59dap-50f);

    // (sin x - x) / x^3 and (cos x - 1 + x^2/2) / x^4 in x^2, relative errors 1.6e-10 and 6e-12
    private static final FloatVector S0 = splat(-0x1.555556p-3f);
    private static final FloatVector S1 = splat(0x1.111174p-7f);
    private static final FloatVector S2 = splat(-0x1.a058e4p-13f);
    private static final FloatVector S3 = splat(0x1.7bf19cp-19f);
    private static final FloatVector C0 = splat(0x1.555556p-5f);
    private static final FloatVector C1 = splat(-0x1.6c175ep-10f);
    private static final FloatVector C2 = splat(0x1.a07152p-16f);
    private static final FloatVector C3 = splat(-0x1.35e264p-22f);

    private static final FloatVector LARGEST = splat(LIMIT);
    private static final FloatVector OWN_SINE = splat(0x1p-13f);
    private static final IntVector QUARTER = Constants.bits(1);
    private static final IntVector NOTHING = Constants.bits(0);

    private Trigonometry() {}

    /** Where {@link #sin} and {@link #cos} are not defined: beyond {@link #LIMIT}, and NaN. */
    public static VectorMask<Float> beyond(FloatVector x) {
        return x.abs().compare(VectorOperators.LE, LARGEST).not();
    }

    /** sin x within 1.6 ulp for |x| up to {@link #LIMIT}. */
    public static FloatVector sin(FloatVector x) {
        FloatVector shifted = x.fma(TWO_OVER_PI, Exponential.ROUND);
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND));
        FloatVector value = quarter(r, shifted.reinterpretAsInts());
        // The least magnitudes are their own sine, and negative zero keeps its sign.
        return value.blend(x, x.abs().compare(VectorOperators.LT, OWN_SINE));
    }

    /** cos x within 1.6 ulp for |x| up to {@link #LIMIT}. */
    public static FloatVector cos(FloatVector x) {
        FloatVector shifted = x.fma(TWO_OVER_PI, Exponential.ROUND);
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND));
        return quarter(r, shifted.reinterpretAsInts().add(QUARTER));
    }

    /** sin(x + low) for a small {@code low}; else as {@link #sin}. */
    public static FloatVector sin(FloatVector x, FloatVector low) {
        FloatVector shifted = x.fma(TWO_OVER_PI, Exponential.ROUND);
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND)).add(low);
        return quarter(r, shifted.reinterpretAsInts());
    }

    /** cos(x + low) for a small {@code low}; else as {@link #cos}. */
    public static FloatVector cos(FloatVector x, FloatVector low) {
        FloatVector shifted = x.fma(TWO_OVER_PI, Exponential.ROUND);
        FloatVector r = reduce(x, shifted.sub(Exponential.ROUND)).add(low);
        return quarter(r, shifted.reinterpretAsInts().add(QUARTER));
    }

    private static FloatVector reduce(FloatVector x, FloatVector quarters) {
        FloatVector first = quarters.fma(MINUS_HALF_PI_1, x);
        return quarters.fma(MINUS_HALF_PI_3, quarters.fma(MINUS_HALF_PI_2, first));
    }

    /** The sine of r plus {@code quarters} quarter turns (their two low bits count). */
    private static FloatVector quarter(FloatVector r, IntVector quarters) {
        FloatVector s = r.mul(r);
        FloatVector sine = s.fma(S3, S2).fma(s, S1).fma(s, S0).fma(s.mul(r), r);
        FloatVector cosine =
                s.fma(C3, C2).fma(s, C1).fma(s, C0).fma(s.mul(s), s.fma(Constants.MINUS_HALF, Constants.ONE));
        VectorMask<Float> odd = quarters.lanewise(VectorOperators.LSHL, 31)
                .compare(VectorOperators.LT, NOTHING)
                .cast(Lanes.F32);
        IntVector sign = quarters.lanewise(VectorOperators.LSHL, 30).and(Constants.SIGN);
        return sine.blend(cosine, odd)
                .reinterpretAsInts()
                .lanewise(VectorOperators.XOR, sign)
                .reinterpretAsFloats();
    }
}
