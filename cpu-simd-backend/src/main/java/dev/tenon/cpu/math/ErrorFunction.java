package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/**
 * The error function and the normal distribution's. {@code erfc(t) = e^(-t^2) erfcx(t)} for t at least 0, where {@code
 * erfcx(t) = v p(v)} with {@code v = 1 / (1 + 11/32 t)} keeps its relative accuracy far out in the tail.
 */
public final class ErrorFunction {
    private static final float K = 0.34375f;
    private static final float ROOT_HALF = 0x1.6a09e6p-1f;
    /** 1 / sqrt(2 pi). */
    private static final float DENSITY = 0x1.988454p-2f;

    /** 2 / sqrt(pi). */
    private static final float SLOPE = 0x1.20dd76p0f;

    // p(v), relative error 6e-9
    private static final float V0 = 0x1.8d3214p-3f;
    private static final float V1 = 0x1.8d27d8p-3f;
    private static final float V2 = 0x1.74ef78p-3f;
    private static final float V3 = 0x1.521adep-3f;
    private static final float V4 = 0x1.8273d8p-4f;
    private static final float V5 = 0x1.9bc444p-3f;
    private static final float V6 = -0x1.72eaa4p-3f;
    private static final float V7 = 0x1.46337ep-2f;
    private static final float V8 = -0x1.b71dcap-3f;
    private static final float V9 = 0x1.7cfc02p-5f;

    // erf(x) / x - 1 in x^2 for |x| up to 1, relative error of erf 1.4e-9
    private static final float E0 = 0x1.06eba8p-3f;
    private static final float E1 = -0x1.81273ep-2f;
    private static final float E2 = 0x1.ce2ce6p-4f;
    private static final float E3 = -0x1.b7f71ap-6f;
    private static final float E4 = 0x1.53f224p-8f;
    private static final float E5 = -0x1.a3515ep-11f;
    private static final float E6 = 0x1.4771fcp-14f;

    private ErrorFunction() {}

    /** erf x within 1.5 ulp. */
    public static FloatVector erf(FloatVector x) {
        FloatVector t = x.abs();
        FloatVector s = x.mul(x);
        FloatVector small = s.fma(splat(E6), splat(E5))
                .fma(s, splat(E4))
                .fma(s, splat(E3))
                .fma(s, splat(E2))
                .fma(s, splat(E1))
                .fma(s, splat(E0))
                .fma(x, x);
        FloatVector e = Exponential.exp(s.neg());
        FloatVector large = Exponential.withSign(scaled(t).fma(e.neg(), splat(1)), x);
        return small.blend(large, t.compare(VectorOperators.GT, 1));
    }

    /** The normal distribution's cumulative function within 6 ulp. */
    public static FloatVector normal(FloatVector x) {
        FloatVector t = x.abs().mul(ROOT_HALF);
        FloatVector half = scaled(t).mul(gaussian(x)).mul(0.5f);
        return splat(1).sub(half).blend(half, x.compare(VectorOperators.LT, 0));
    }

    /** The normal distribution's density, {@code e^(-x^2/2) / sqrt(2 pi)}. */
    public static FloatVector density(FloatVector x) {
        return gaussian(x).mul(DENSITY);
    }

    /** The derivative of {@link #erf}: {@code 2 / sqrt(pi) e^(-x^2)}. */
    public static FloatVector slope(FloatVector x) {
        FloatVector bounded = x.blend(20, x.abs().compare(VectorOperators.GT, 20));
        FloatVector square = bounded.mul(bounded);
        FloatVector lost = bounded.fma(bounded, square.neg());
        FloatVector e = Exponential.exp(square.neg());
        return e.fma(lost.neg(), e).mul(SLOPE);
    }

    /** {@code e^(-x^2/2)}; the rounding error of the square is made good. */
    private static FloatVector gaussian(FloatVector x) {
        FloatVector bounded = x.blend(20, x.abs().compare(VectorOperators.GT, 20));
        FloatVector square = bounded.mul(bounded).mul(0.5f);
        FloatVector lost = bounded.fma(bounded.mul(0.5f), square.neg());
        FloatVector e = Exponential.exp(square.neg());
        return e.fma(lost.neg(), e);
    }

    /** erfcx(t) for t at least 0. */
    private static FloatVector scaled(FloatVector t) {
        FloatVector v = splat(1).div(t.fma(splat(K), splat(1)));
        FloatVector p = v.fma(splat(V9), splat(V8))
                .fma(v, splat(V7))
                .fma(v, splat(V6))
                .fma(v, splat(V5))
                .fma(v, splat(V4))
                .fma(v, splat(V3))
                .fma(v, splat(V2))
                .fma(v, splat(V1))
                .fma(v, splat(V0));
        return v.mul(p);
    }
}
