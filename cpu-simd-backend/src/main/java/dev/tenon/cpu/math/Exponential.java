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
    static final float ROUND = 0x1.8p23f;

    static final int ROUND_BITS = 0x4B40_0000;
    private static final float LOG2_E = 0x1.715476p0f;
    private static final float LN2_HIGH = 0x1.62e4p-1f;
    private static final float LN2_LOW = 0x1.7f7d1cp-20f;

    // (e^r - 1 - r) / r^2, relative error of e^r 3.4e-9
    private static final float Q0 = 0x1.fffffcp-2f;
    private static final float Q1 = 0x1.55548cp-3f;
    private static final float Q2 = 0x1.5558bap-5f;
    private static final float Q3 = 0x1.123e5cp-7f;
    private static final float Q4 = 0x1.6a4b98p-10f;

    // (2^r - 1) / r, relative error of 2^r 1.6e-10
    private static final float P0 = 0x1.62e43p-1f;
    private static final float P1 = 0x1.ebfbep-3f;
    private static final float P2 = 0x1.c6b07p-5f;
    private static final float P3 = 0x1.3b2a58p-7f;
    private static final float P4 = 0x1.5da28p-10f;
    private static final float P5 = 0x1.44140ap-13f;
    private static final float P6 = 0x1.e4e946p-17f;

    private Exponential() {}

    /** e^x within 1.1 ulp. */
    public static FloatVector exp(FloatVector x) {
        FloatVector shifted = x.fma(splat(LOG2_E), splat(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(splat(-LN2_LOW), n.fma(splat(-LN2_HIGH), x));
        FloatVector power = r.fma(splat(Q4), splat(Q3))
                .fma(r, splat(Q2))
                .fma(r, splat(Q1))
                .fma(r, splat(Q0))
                .fma(r.mul(r), r)
                .add(1);
        FloatVector scaled = scale(power, shifted.reinterpretAsInts().sub(ROUND_BITS));
        return saturate(scaled, x, 89, -104);
    }

    /**
     * e^x within 1.1 ulp for x from -87 to 88, without the tests for the rest: 0 or a tiny number for any x below -87,
     * and -infinity too; undefined above 88 and for NaN below. For rows that have their maximum subtracted.
     */
    public static FloatVector expOfNonPositive(FloatVector x) {
        VectorMask<Float> tiny = x.compare(VectorOperators.LT, -87);
        FloatVector shifted = x.fma(splat(LOG2_E), splat(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(splat(-LN2_LOW), n.fma(splat(-LN2_HIGH), x));
        FloatVector power = r.fma(splat(Q4), splat(Q3))
                .fma(r, splat(Q2))
                .fma(r, splat(Q1))
                .fma(r, splat(Q0))
                .fma(r.mul(r), r)
                .add(1);
        IntVector exponent = shifted.reinterpretAsInts().lanewise(VectorOperators.LSHL, 23);
        return power.reinterpretAsInts().add(exponent).reinterpretAsFloats().blend(0, tiny);
    }

    /** 2^x within 1.0 ulp; exact for whole numbers. */
    public static FloatVector exp2(FloatVector x) {
        FloatVector shifted = x.add(ROUND);
        FloatVector r = x.sub(shifted.sub(ROUND));
        FloatVector power = r.fma(splat(P6), splat(P5))
                .fma(r, splat(P4))
                .fma(r, splat(P3))
                .fma(r, splat(P2))
                .fma(r, splat(P1))
                .fma(r, splat(P0))
                .fma(r, splat(1));
        FloatVector scaled = scale(power, shifted.reinterpretAsInts().sub(ROUND_BITS));
        return saturate(scaled, x, 129, -151);
    }

    /** e^x - 1 within 1.6 ulp. */
    public static FloatVector expm1(FloatVector x) {
        FloatVector shifted = x.fma(splat(LOG2_E), splat(ROUND));
        FloatVector n = shifted.sub(ROUND);
        FloatVector r = n.fma(splat(-LN2_LOW), n.fma(splat(-LN2_HIGH), x));
        FloatVector less = r.fma(splat(Q4), splat(Q3))
                .fma(r, splat(Q2))
                .fma(r, splat(Q1))
                .fma(r, splat(Q0))
                .fma(r.mul(r), r);
        // Half of 2^n, so that n = 128 does not overflow before the subtraction.
        FloatVector half = shifted.reinterpretAsInts()
                .sub(ROUND_BITS - 126)
                .lanewise(VectorOperators.LSHL, 23)
                .reinterpretAsFloats();
        FloatVector result = less.fma(half, half.sub(0.5f)).mul(2);
        FloatVector bounded = result.blend(-1, x.compare(VectorOperators.LT, -18))
                .blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, 89));
        return bounded.blend(x, x.abs().compare(VectorOperators.LT, 0x1p-25f));
    }

    /** tanh x within 2.6 ulp. */
    public static FloatVector tanh(FloatVector x) {
        FloatVector less = expm1(x.abs().mul(-2));
        return withSign(less.neg().div(less.add(2)), x);
    }

    /** 1 / (1 + e^-x) within 2.6 ulp. */
    public static FloatVector sigmoid(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector large = splat(1).div(e.add(1));
        return large.blend(large.mul(e), x.compare(VectorOperators.LT, 0));
    }

    /** The derivative of {@link #sigmoid}, {@code sigmoid(x) sigmoid(-x)}, within 3.5 ulp. */
    public static FloatVector sigmoidSlope(FloatVector x) {
        FloatVector e = exp(x.abs().neg());
        FloatVector large = splat(1).div(e.add(1));
        return large.mul(e).mul(large);
    }

    /** The derivative of {@link #tanh}, {@code 1 - tanh(x)^2}, within 5 ulp. */
    public static FloatVector tanhSlope(FloatVector x) {
        return sigmoidSlope(x.add(x)).mul(4);
    }

    /** The sign of {@code sign} on a value that is not negative (or is negative zero). */
    static FloatVector withSign(FloatVector magnitude, FloatVector sign) {
        return magnitude
                .reinterpretAsInts()
                .or(sign.reinterpretAsInts().and(0x8000_0000))
                .reinterpretAsFloats();
    }

    /** {@code value * 2^n} for n from -300 to 250 and a value from 1/2 to 2, rounded once. */
    private static FloatVector scale(FloatVector value, IntVector n) {
        IntVector first = n.lanewise(VectorOperators.ASHR, 1);
        IntVector second = n.sub(first);
        return value.mul(first.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats())
                .mul(second.add(127).lanewise(VectorOperators.LSHL, 23).reinterpretAsFloats());
    }

    private static FloatVector saturate(FloatVector result, FloatVector x, float above, float below) {
        return result.blend(Float.POSITIVE_INFINITY, x.compare(VectorOperators.GT, above))
                .blend(0, x.compare(VectorOperators.LT, below));
    }
}
