package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * The exponential and what is made from it. The argument is split into {@code n ln 2 + r} with |r| at most half of ln 2;
 * a polynomial gives e^r, and 2^n is applied as two powers of two so that results below the normal range round once.
 */
public final class Exponential {
    /** Adding it rounds a number below 2^22 to an integer, which then stands in the sum's low bits. */
    static final FloatVector ROUND = splat(0x1.8p23f);

    static final IntVector ROUND_BITS = Constants.bits(0x4B40_0000);
    private static final FloatVector LOG2_E = splat(0x1.715476p0f);
    private static final FloatVector MINUS_LN2_HIGH = splat(-0x1.62e4p-1f);
    private static final FloatVector MINUS_LN2_LOW = splat(-0x1.7f7d1cp-20f);

    // (e^r - 1 - r) / r^2, relative error of e^r 3.4e-9
    private static final FloatVector Q0 = splat(0x1.fffffcp-2f);
    private static final FloatVector Q1 = splat(0x1.55548cp-3f);
    private static final FloatVector Q2 = splat(0x1.5558bap-5f);
    private static final FloatVector Q3 = splat(0x1.123e5cp-7f);
    private static final FloatVector Q4 = splat(0x1.6a4b98p-10f);

    // (2^r - 1) / r, relative error of 2^r 1.6e-10
    private static final FloatVector P0 = splat(0x1.62e43p-1f);
    private static final FloatVector P1 = splat(0x1.ebfbep-3f);
    private static final FloatVector P2 = splat(0x1.c6b07p-5f);
    private static final FloatVector P3 = splat(0x1.3b2a58p-7f);
    private static final FloatVector P4 = splat(0x1.5da28p-10f);
    private static final FloatVector P5 = splat(0x1.44140ap-13f);
    private static final FloatVector P6 = splat(0x1.e4e946p-17f);

    private static final FloatVector EXP_ABOVE = splat(89);
    private static final FloatVector EXP_BELOW = splat(-104);
    private static final FloatVector EXP2_ABOVE = splat(129);
    private static final FloatVector EXP2_BELOW = splat(-151);
    private static final FloatVector EXPM1_BELOW = splat(-18);
    private static final FloatVector LEAST_NORMAL = splat(-87);
    /** Magnitudes below it are their own e^x - 1 and ln(1 + x). */
    static final FloatVector TINY = splat(0x1p-25f);

    private static final IntVector BIAS = Constants.bits(127);
    /** {@link #ROUND_BITS} less the bias of half of 2^n. */
    private static final IntVector HALVED = Constants.bits(0x4B40_0000 - 126);

    private Exponential() {}

    /** e^x within 1.1 ulp. */
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector power =
                r.fma(Q4, Q3).fma(r, Q2).fma(r, Q1).fma(r, Q0).fma(r.mul(r), r).add(Constants.ONE);
        FloatVector scaled = scale(power, shifted.reinterpretAsInts().sub(ROUND_BITS));
        return saturate(scaled, x, EXP_ABOVE, EXP_BELOW);
    }

    /**
     * e^x within 1.1 ulp for x from -87 to 88, without the tests for the rest: 0 or a tiny number for any x below -87,
     * and -infinity too; undefined above 88 and for NaN below. For rows that have their maximum subtracted.
     */
    public static FloatVector expOfNonPositive(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, LEAST_NORMAL);
        FloatVector shifted = x.fma(LOG2_E, ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector power =
                r.fma(Q4, Q3).fma(r, Q2).fma(r, Q1).fma(r, Q0).fma(r.mul(r), r).add(Constants.ONE);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return power.reinterpretAsInts().add(exponent).reinterpretAsFloats().blend(Constants.ZERO, tiny);
    }

    /** 2^x within 1.0 ulp; exact for whole numbers. */
    public static FloatVector exp2(FloatVector x) {
        FloatVector shifted = x.add(ROUND);
        FloatVector r = x.sub(shifted.sub(ROUND));
        FloatVector power = r.fma(P6, P5)
                .fma(r, P4)
                .fma(r, P3)
                .fma(r, P2)
                .fma(r, P1)
                .fma(r, P0)
                .fma(r, Constants.ONE);
        FloatVector scaled = scale(power, shifted.reinterpretAsInts().sub(ROUND_BITS));
        return saturate(scaled, x, EXP2_ABOVE, EXP2_BELOW);
    }

    /** e^x - 1 within 1.6 ulp. */
    public static FloatVector expm1(FloatVector x) {
        FloatVector shifted = x.fma(LOG2_E, ROUND);
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(MINUS_LN2_LOW, n.fma(MINUS_LN2_HIGH, x));
        FloatVector less = r.fma(Q4, Q3).fma(r, Q2).fma(r, Q1).fma(r, Q0).fma(r.mul(r), r);
        // Half of 2^n, so that n = 128 does not overflow before the subtraction.
        FloatVector half = shifted.reinterpretAsInts()
                .sub(HALVED)
                .lanewise(VectorOperators.LSHL, 23)
                .reinterpretAsFloats();
        FloatVector result = less.fma(half, half.sub(Constants.HALF)).mul(Constants.TWO);
        FloatVector bounded = result.blend(Constants.MINUS_ONE, x.compare(VectorOperators.LT, EXPM1_BELOW))
                .blend(Constants.INFINITY, x.compare(VectorOperators.GT, EXP_ABOVE));
        return bounded.blend(x, x.abs().compare(VectorOperators.LT, TINY));
    }

    /** tanh x within 2.6 ulp. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector less = expm1(x.abs().mul(Constants.MINUS_TWO));
        return withSign(less.neg().div(less.add(Constants.TWO)), x);
    }

    /** {@code e^-|x|}, from which {@link #sigmoid(FloatVector, FloatVector)} and the slopes are made. */
    public static FloatVector decay(FloatVector x) {
        return exp(x.abs().neg());
    }

    /** 1 / (1 + e^-x) within 2.6 ulp. */
    public static FloatVector sigmoid(FloatVector x) {
        return sigmoid(x, decay(x));
    }

    /** @param e {@link #decay} of x */
    public static FloatVector sigmoid(FloatVector x, FloatVector e) {
        FloatVector large = Constants.ONE.div(e.add(Constants.ONE));
        return large.blend(large.mul(e), x.compare(VectorOperators.LT, Constants.ZERO));
    }

    /** The derivative of {@link #sigmoid}, {@code sigmoid(x) sigmoid(-x)}, within 3.5 ulp. */
    public static FloatVector sigmoidSlope(FloatVector x) {
        return sigmoidSlopeOf(decay(x));
    }

    /** @param e {@link #decay} of x */
    static FloatVector sigmoidSlopeOf(FloatVector e) {
        FloatVector large = Constants.ONE.div(e.add(Constants.ONE));
        return large.mul(e).mul(large);
    }

    /** The derivative of {@link #tanh}, {@code 1 - tanh(x)^2}, within 5 ulp. */
    public static FloatVector tanhSlope(FloatVector x) {
        return sigmoidSlope(x.add(x)).mul(Constants.FOUR);
    }

    /** The sign of {@code sign} on a value that is not negative (or is negative zero). */
    static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
        return magnitude
                .reinterpretAsInts()
                .or(sign.reinterpretAsInts().and(Constants.SIGN))
                .reinterpretAsFloats();
    }

    /** {@code value * 2^n} for n from -300 to 250 and a value from 1/2 to 2, rounded once. */
    private static FloatVector scale(FloatVector value, IntVector n) {
        IntVector first = n.lanewise(VectorOperators.ASHR, 1);
        IntVector second = n.sub(first);
        return value.mul(first.add(BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                .mul(second.add(BIAS).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    private static FloatVector saturate(FloatVector result, FloatVector x, FloatVector above, FloatVector below) {
        return result.blend(Constants.INFINITY, x.compare(VectorOperators.GT, above))
                .blend(Constants.ZERO, x.compare(VectorOperators.LT, below));
    }
}
