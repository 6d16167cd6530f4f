package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** The activations of {@link dev.tenon.op.Activation} and their derivatives. Infinite arguments give the limits. */
public final class Activations {
    private static final float ROOT_2_OVER_PI = 0x1.988454p-1f;
    private static final float CUBIC = 0.044715f;
    private static final FloatVector LINEAR_TERM = splat(2 * ROOT_2_OVER_PI);
    private static final FloatVector CUBIC_TERM = splat(2 * ROOT_2_OVER_PI * CUBIC);
    private static final FloatVector CUBIC_SLOPE = splat(6 * ROOT_2_OVER_PI * CUBIC);
    private static final FloatVector FAR = splat(1e4f);
    private static final FloatVector QUICK = splat(1.702f);

    private Activations() {}

    /** max(x, 0); NaN stays NaN. */
    public static FloatVector relu(FloatVector x) {
        return x.blend(Constants.ZERO, x.compare(VectorOperators.LT, Constants.ZERO));
    }

    /** The derivative of {@link #relu}: 0 at 0. */
    public static FloatVector reluSlope(FloatVector x) {
        return x.blend(Constants.ZERO, x.compare(VectorOperators.LE, Constants.ZERO))
                .blend(Constants.ONE, x.compare(VectorOperators.GT, Constants.ZERO));
    }

    /**
     * ln(1 + e^x) within 3 ulp.
     *
     * @param rest {@link Logarithm#log1p} of {@link Exponential#decay} of x
     */
    public static FloatVector softplus(FloatVector x, FloatVector rest) {
        return relu(x).add(rest);
    }

    /**
     * x * Phi(x) within 7 ulp while the result is over 2^-118.
     *
     * @param gaussian {@link ErrorFunction#gaussian} of x
     */
    public static FloatVector gelu(FloatVector x, FloatVector gaussian) {
        return times(x, ErrorFunction.normal(x, gaussian));
    }

    /** The tanh form of GELU, {@code x sigmoid(2 u)}; relative error up to 2 |u| ulp, absolute below 3e-7. */
    public static FloatVector geluTanh(FloatVector x) {
        return times(x, Exponential.sigmoid(tanhArgument(x)));
    }

    /** x * sigmoid(1.702 x); relative error up to 1 + |x| ulp. */
    public static FloatVector geluQuick(FloatVector x) {
        return times(x, Exponential.sigmoid(x.mul(QUICK)));
    }

    /**
     * x * sigmoid(x) within 3.5 ulp; below -87, where the sigmoid is subnormal, it has only the digits that that leaves.
     */
    public static FloatVector silu(FloatVector x) {
        return times(x, Exponential.sigmoid(x));
    }

    /** The derivative of {@link #gelu}. */
    public static FloatVector geluSlope(FloatVector x, FloatVector gaussian) {
        return limit(x, ErrorFunction.density(gaussian).fma(x, ErrorFunction.normal(x, gaussian)));
    }

    /**
     * The derivative of {@link #geluTanh}.
     *
     * @param e {@link Exponential#decay} of {@link #tanhArgument}
     */
    public static FloatVector geluTanhSlope(FloatVector x, FloatVector e) {
        FloatVector inner = x.mul(x).fma(CUBIC_SLOPE, LINEAR_TERM);
        FloatVector slope = Exponential.sigmoidSlopeOf(e).mul(inner);
        return limit(x, slope.fma(x, Exponential.sigmoid(x, e)));
    }

    /**
     * The derivative of {@link #geluQuick}.
     *
     * @param e {@link Exponential#decay} of {@link #quickArgument}
     */
    public static FloatVector geluQuickSlope(FloatVector x, FloatVector e) {
        return limit(x, Exponential.sigmoidSlopeOf(e).fma(quickArgument(x), Exponential.sigmoid(x, e)));
    }

    /**
     * The derivative of {@link #silu}.
     *
     * @param e {@link Exponential#decay} of x
     */
    public static FloatVector siluSlope(FloatVector x, FloatVector e) {
        return limit(x, Exponential.sigmoidSlopeOf(e).fma(x, Exponential.sigmoid(x, e)));
    }

    /** 1.702 x. */
    public static FloatVector quickArgument(FloatVector x) {
        return x.mul(QUICK);
    }

    /** 2 sqrt(2/pi) (x + 0.044715 x^3). */
    public static FloatVector tanhArgument(FloatVector x) {
        return x.mul(x).fma(CUBIC_TERM, LINEAR_TERM).mul(x);
    }

    /** {@code x * share}, and 0 rather than NaN for negative infinity. */
    private static FloatVector times(FloatVector x, FloatVector share) {
        return x.mul(share).blend(Constants.ZERO, x.compare(VectorOperators.EQ, Constants.NEGATIVE_INFINITY));
    }

    /** Slopes far out: 0 below, 1 above, where the formula multiplies an infinity by 0. */
    private static FloatVector limit(FloatVector x, FloatVector slope) {
        VectorMask<Float> far = x.abs().compare(VectorOperators.GT, FAR);
        return slope.blend(Constants.ZERO.blend(Constants.ONE, x.compare(VectorOperators.GT, Constants.ZERO)), far);
    }
}
