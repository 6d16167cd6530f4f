package dev.tenon.cpu.math;

import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;

/**
 * Vectors of one value. A constant vector costs C2 a tenth of the nodes that a broadcast from a scalar does, and inlining
 * stops at 18,000 nodes: with scalars the longer functions here do not fit, and their vectors are boxed.
 */
final class Constants {
    static final FloatVector ZERO = splat(0);
    static final FloatVector ONE = splat(1);
    static final FloatVector TWO = splat(2);
    static final FloatVector FOUR = splat(4);
    static final FloatVector HALF = splat(0.5f);
    static final FloatVector MINUS_HALF = splat(-0.5f);
    static final FloatVector MINUS_ONE = splat(-1);
    static final FloatVector MINUS_TWO = splat(-2);
    static final FloatVector INFINITY = splat(Float.POSITIVE_INFINITY);
    static final FloatVector NEGATIVE_INFINITY = splat(Float.NEGATIVE_INFINITY);
    static final FloatVector NAN = splat(Float.NaN);
    static final FloatVector TWENTY = splat(20);
    static final IntVector SIGN = bits(0x8000_0000);

    private Constants() {}

    static IntVector bits(int value) {
        return IntVector.broadcast(Lanes.I32, value);
    }
}
