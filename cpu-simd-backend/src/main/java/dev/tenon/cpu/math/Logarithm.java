package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Logarithms. The argument is split into {@code 2^e (1 + f)} with 1 + f from sqrt(1/2) to sqrt(2), and {@code ln(1 + f) = f
 * - f^2/2 + f^3 p(f)}.
 */
public final class Logarithm {
    private static final IntVector ROOT_HALF = Constants.bits(0x3F35_04F3);
    private static final IntVector MANTISSA = Constants.bits(0x007F_FFFF);
    private static final FloatVector LIFTED_BY = splat(24);
    private static final FloatVector LN2_HIGH = splat(0x1.62e4p-1f);
    private static final FloatVector LN2_LOW = splat(0x1.7f7d1cp-20f);
    private static final FloatVector LOG2_E_HIGH = splat(0x1.715476p0f);
    private static final FloatVector LOG2_E_LOW = splat(0x1.4ae0cp-26f);
    private static final FloatVector SMALLEST_NORMAL = splat(0x1p-126f);
    /** Lifts subnormal numbers into the normal range. */
    private static final FloatVector LIFT = splat(0x1p24f);

    // p(f), relative error of ln(1 + f) 8e-10
    private static final FloatVector P0 = splat(0x1.555546p-2f);
    private static final FloatVector P1 = splat(-0x1.fffff8p-3f);
    private static final FloatVector P2 = splat(0x1.99a524p-3f);
    private static final FloatVector P3 = splat(-0x1.555fbep-3f);
    private static final FloatVector P4 = splat(0x1.233318p-3f);
    private static final FloatVector P5 = splat(-0x1.fbbf34p-4f);
    private static final FloatVector P6 = splat(0x1.e6d1b6p-4f);
    private static final FloatVector P7 = splat(-0x1.e0211p-4f);
    private static final FloatVector P8 = splat(0x1.16a74cp-4f);

    private Logarithm() {}

    /** ln x within 1.2 ulp. */
    public static FloatVector log(FloatVector x) {
        FloatVector lifted = lift(x);
        IntVector bits = lifted.reinterpretAsInts().sub(ROOT_HALF);
        FloatVector f = fraction(bits);
        FloatVector e = exponent(bits, x);
        FloatVector tail = f.mul(f).fma(f.mul(poly(f)).sub(Constants.HALF), e.mul(LN2_LOW));
        return limits(e.fma(LN2_HIGH, tail.add(f)), x);
    }

    /** log2 x within 1.7 ulp; exact for powers of two. */
    public static FloatVector log2(FloatVector x) {
        FloatVector lifted = lift(x);
        IntVector bits = lifted.reinterpretAsInts().sub(ROOT_HALF);
        FloatVector f = fraction(bits);
        FloatVector e = exponent(bits, x);
        FloatVector tail = f.mul(f).mul(f.mul(poly(f)).sub(Constants.HALF));
        FloatVector low = f.fma(LOG2_E_LOW, tail.mul(LOG2_E_HIGH));
        FloatVector product = f.mul(LOG2_E_HIGH);
        FloatVector rest = f.fma(LOG2_E_HIGH, product.neg()).add(low);
        // e + product is exact or e dominates: add the large terms first.
        FloatVector sum = e.add(product);
        FloatVector lost = product.sub(sum.sub(e));
        return limits(sum.add(lost.add(rest)), x);
    }

    /** ln(1 + x) within 1.5 ulp. */
    public static FloatVector log1p(FloatVector x) {
        FloatVector u = x.add(Constants.ONE);
        IntVector bits = u.reinterpretAsInts().sub(ROOT_HALF);
        FloatVector f = fraction(bits);
        FloatVector e = exponent(bits);
        // What rounding 1 + x lost, relative to u. (1 + x loses 1 where x is large.)
        FloatVector below = x.sub(u.sub(Constants.ONE));
        FloatVector above = Constants.ONE.sub(u.sub(x));
        FloatVector lost =
                below.blend(above, x.compare(VectorOperators.GT, Constants.ONE)).div(u);
        FloatVector tail = f.mul(f).fma(f.mul(poly(f)).sub(Constants.HALF), e.fma(LN2_LOW, lost));
        FloatVector result = limits(e.fma(LN2_HIGH, tail.add(f)), u);
        return result.blend(x, x.abs().compare(VectorOperators.LT, Exponential.TINY));
    }

    private static FloatVector poly(FloatVector f) {
        return f.fma(P8, P7)
                .fma(f, P6)
                .fma(f, P5)
                .fma(f, P4)
                .fma(f, P3)
                .fma(f, P2)
                .fma(f, P1)
                .fma(f, P0);
    }

    private static FloatVector lift(FloatVector x) {
        return x.blend(x.mul(LIFT), x.compare(VectorOperators.LT, SMALLEST_NORMAL));
    }

    private static FloatVector fraction(IntVector bits) {
        return bits.and(MANTISSA).add(ROOT_HALF).reinterpretAsFloats().sub(Constants.ONE);
    }

    private static FloatVector exponent(IntVector bits) {
        // The exponent's bits in the low end of 1.5 * 2^23 make the number without a conversion instruction.
        return bits.lanewise(VectorOperators.ASHR, 23)
                .add(Exponential.ROUND_BITS)
                .reinterpretAsFloats()
                .sub(Exponential.ROUND);
    }

    private static FloatVector exponent(IntVector bits, FloatVector x) {
        FloatVector e = exponent(bits);
        return e.blend(e.sub(LIFTED_BY), x.compare(VectorOperators.LT, SMALLEST_NORMAL));
    }

    /** NaN below 0, -infinity at 0, infinity and NaN as they are. */
    private static FloatVector limits(FloatVector result, FloatVector x) {
        return result.blend(Constants.NEGATIVE_INFINITY, x.compare(VectorOperators.EQ, Constants.ZERO))
                .blend(Constants.NAN, x.compare(VectorOperators.LT, Constants.ZERO))
                .blend(x, x.compare(VectorOperators.LT, Constants.INFINITY).not());
    }
}
