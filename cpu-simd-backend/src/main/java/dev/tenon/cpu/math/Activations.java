package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The activations of {@link dev.tenon.op.Activation} and their derivatives. Infinite arguments give the limits. */
public final class Activations {
    private static final float ROOT_2_OVER_PI = 0x1.988454p-1f;
    private static final float CUBIC = 0.044715f;
    private static final float QUICK = 1.702f;

    private Activations() {}

    /** max(x, 0); NaN stays NaN. */
    public static FloatVector relu(FloatVector x) {
        return x.blend(0, x.compare(VectorOperators.LT, 0));
    }

    /** The derivative of {@link #relu}: 0 at 0. */
    public static FloatVector reluSlope(FloatVector x) {
        return x.blend(0, x.compare(VectorOperators.LE, 0)).blend(1, x.compare(VectorOperators.GT, 0));
    }

    /** ln(1 + e^x) within 3 ulp. */
    public static FloatVector softplus(FloatVector x) {
        return relu(x).add(Logarithm.log1p(Exponential.exp(x.abs().neg())));
    }

    /** x * Phi(x) within 7 ulp while the result is over 2^-118. */
    public static FloatVector gelu(FloatVector x) {
        return times(x, ErrorFunction.normal(x));
    }

    /** The tanh form of GELU, {@code x sigmoid(2 u)}; relative error up to 2 |u| ulp, absolute below 3e-7. */
    public static FloatVector geluTanh(FloatVector x) {
        return times(x, Exponential.sigmoid(tanhArgument(x)));
    }

    /** x * sigmoid(1.702 x); relative error up to 1 + |x| ulp. */
    public static FloatVector geluQuick(FloatVector x) {
        return times(x, Exponential.sigmoid(x.mul(QUICK)));
    }

    /** x * sigmoid(x) within 3.5 ulp; below -87, where the sigmoid is subnormal, it has only the digits that that leaves. */
    public static FloatVector silu(FloatVector x) {
        return times(x, Exponential.sigmoid(x));
    }

    public static FloatVector geluSlope(FloatVector x) {
        return limit(x, ErrorFunction.density(x).fma(x, ErrorFunction.normal(x)));
    }

    public static FloatVector geluTanhSlope(FloatVector x) {
        FloatVector argument = tanhArgument(x);
        FloatVector inner = x.mul(x).fma(splat(6 * ROOT_2_OVER_PI * CUBIC), splat(2 * ROOT_2_OVER_PI));
        FloatVector slope = Exponential.sigmoidSlope(argument).mul(inner);
        return limit(x, slope.fma(x, Exponential.sigmoid(argument)));
    }

    public static FloatVector geluQuickSlope(FloatVector x) {
        FloatVector argument = x.mul(QUICK);
        return limit(x, Exponential.sigmoidSlope(argument).fma(argument, Exponential.sigmoid(argument)));
    }

    public static FloatVector siluSlope(FloatVector x) {
        return limit(x, Exponential.sigmoidSlope(x).fma(x, Exponential.sigmoid(x)));
    }

    /** 2 sqrt(2/pi) (x + 0.044715 x^3). */
    private static FloatVector tanhArgument(FloatVector x) {
        return x.mul(x)
                .fma(splat(2 * ROOT_2_OVER_PI * CUBIC), splat(2 * ROOT_2_OVER_PI))
                .mul(x);
    }

    /** {@code x * share}, and 0 rather than NaN for negative infinity. */
    private static FloatVector times(FloatVector x, FloatVector share) {
        return x.mul(share).blend(0, x.compare(VectorOperators.EQ, Float.NEGATIVE_INFINITY));
    }

    /** Slopes far out: 0 below, 1 above, where the formula multiplies an infinity by 0. */
    private static FloatVector limit(FloatVector x, FloatVector slope) {
        VectorMask<Float> far = x.abs().compare(VectorOperators.GT, 1e4f);
        return slope.blend(splat(0).blend(1, x.compare(VectorOperators.GT, 0)), far);
    }
}
