package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Rounding to whole numbers, exact; zeros, infinities and NaN keep their sign and kind. */
public final class Rounding {
    /** From here on every F32 is a whole number. */
    private static final FloatVector WHOLE = splat(0x1p23f);

    private Rounding() {}

    /** To the nearest whole number, ties to even. */
    public static FloatVector round(FloatVector x) {
        FloatVector t = x.abs();
        FloatVector near = t.add(WHOLE).sub(WHOLE);
        return Exponential.withSign(near, x)
                .blend(x, t.compare(VectorOperators.LT, WHOLE).not());
    }

    /** The next whole number below. */
    public static FloatVector floor(FloatVector x) {
        FloatVector near = round(x);
        return near.blend(near.sub(Constants.ONE), near.compare(VectorOperators.GT, x));
    }

    /** The next whole number above. */
    public static FloatVector ceil(FloatVector x) {
        FloatVector near = round(x);
        FloatVector up = near.blend(near.add(Constants.ONE), near.compare(VectorOperators.LT, x));
        return Exponential.withSign(up.abs(), x);
    }

    /** -1, 0 or 1; NaN stays NaN. */
    public static FloatVector sign(FloatVector x) {
        FloatVector one = Exponential.withSign(Constants.ONE, x);
        return x.blend(one, x.abs().compare(VectorOperators.GT, Constants.ZERO));
    }
}
