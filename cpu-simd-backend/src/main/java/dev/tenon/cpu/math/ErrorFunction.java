package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The error function and the normal distribution's. {@code erfc(t) = e^(-t^2) erfcx(t)} for t at least 0, where {@code
 * erfcx(t) = v p(v)} with {@code v = 1 / (1 + 11/32 t)} keeps its relative accuracy far out in the tail.
 */
public final class ErrorFunction {
    private static final FloatVector K = splat(0.34375f);
    private static final FloatVector ROOT_HALF = splat(0x1.6a09e6p-1f);
    /** 1 / sqrt(2 pi). */
    private static final FloatVector DENSITY = splat(0x1.988454p-2f);

    /** 2 / sqrt(pi). */
    private static final FloatVector SLOPE = splat(0x1.20dd76p0f);

    // p(v), relative error 6e-9
    private static final FloatVector V0 = splat(0x1.8d3214p-3f);
    private static final FloatVector V1 = splat(0x1.8d27d8p-3f);
    private static final FloatVector V2 = splat(0x1.74ef78p-3f);
    private static final FloatVector V3 = splat(0x1.521adep-3f);
    private static final FloatVector V4 = splat(0x1.8273d8p-4f);
    private static final FloatVector V5 = splat(0x1.9bc444p-3f);
    private static final FloatVector V6 = splat(-0x1.72eaa4p-3f);
    private static final FloatVector V7 = splat(0x1.46337ep-2f);
    private static final FloatVector V8 = splat(-0x1.b71dcap-3f);
    private static final FloatVector V9 = splat(0x1.7cfc02p-5f);

    // erf(x) / x - 1 in x^2 for |x| up to 1, relative error of erf 1.4e-9
    private static final FloatVector E0 = splat(0x1.06eba8p-3f);
    private static final FloatVector E1 = splat(-0x1.81273ep-2f);
    private static final FloatVector E2 = splat(0x1.ce2ce6p-4f);
    private static final FloatVector E3 = splat(-0x1.b7f71ap-6f);
    private static final FloatVector E4 = splat(0x1.53f224p-8f);
    private static final FloatVector E5 = splat(-0x1.a3515ep-11f);
    private static final FloatVector E6 = splat(0x1.4771fcp-14f);

    private ErrorFunction() {}

    /**
     * erf x within 1.5 ulp.
     *
     * @param e e^(-x^2), by {@link Exponential#exp}
     */
    public static FloatVector erf(FloatVector x, FloatVector e) {
        FloatVector t = x.abs();
        FloatVector s = x.mul(x);
        FloatVector small = s.fma(E6, E5)
                .fma(s, E4)
                .fma(s, E3)
                .fma(s, E2)
                .fma(s, E1)
                .fma(s, E0)
                .fma(x, x);
        FloatVector large = Exponential.withSign(scaled(t).fma(e.neg(), Constants.ONE), x);
        return small.blend(large, t.compare(VectorOperators.GT, Constants.ONE));
    }

    /**
     * The normal distribution's cumulative function within 6 ulp.
     *
     * @param gaussian {@link #gaussian} of x
     */
    public static FloatVector normal(FloatVector x, FloatVector gaussian) {
        FloatVector t = x.abs().mul(ROOT_HALF);
        FloatVector half = scaled(t).mul(gaussian).mul(Constants.HALF);
        return Constants.ONE.sub(half).blend(half, x.compare(VectorOperators.LT, Constants.ZERO));
    }

    /** The normal distribution's density, {@code e^(-x^2/2) / sqrt(2 pi)}, from the numerator. */
    static FloatVector density(FloatVector gaussian) {
        return gaussian.mul(DENSITY);
    }

    /** The derivative of {@link #erf}: {@code 2 / sqrt(pi) e^(-x^2)}. */
    public static FloatVector slope(FloatVector x) {
        FloatVector bounded = x.blend(Constants.TWENTY, x.abs().compare(VectorOperators.GT, Constants.TWENTY));
        FloatVector square = bounded.mul(bounded);
        FloatVector lost = bounded.fma(bounded, square.neg());
        FloatVector e = Exponential.exp(square.neg());
        return e.fma(lost.neg(), e).mul(SLOPE);
    }

    /** {@code e^(-x^2/2)}; the rounding error of the square is made good. */
    public static FloatVector gaussian(FloatVector x) {
        FloatVector bounded = x.blend(Constants.TWENTY, x.abs().compare(VectorOperators.GT, Constants.TWENTY));
        FloatVector square = bounded.mul(bounded).mul(Constants.HALF);
        FloatVector lost = bounded.fma(bounded.mul(Constants.HALF), square.neg());
        FloatVector e = Exponential.exp(square.neg());
        return e.fma(lost.neg(), e);
    }

    /** erfcx(t) for t at least 0. */
    private static FloatVector scaled(FloatVector t) {
        FloatVector v = Constants.ONE.div(t.fma(K, Constants.ONE));
        FloatVector p = v.fma(V9, V8)
                .fma(v, V7)
                .fma(v, V6)
                .fma(v, V5)
                .fma(v, V4)
                .fma(v, V3)
                .fma(v, V2)
                .fma(v, V1)
                .fma(v, V0);
        return v.mul(p);
    }
}
