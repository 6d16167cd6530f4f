package dev.tenon.cpu.attention;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Sines and cosines of many angles in double precision: reduction by multiples of pi/2 held in two doubles (Cody and
 * Waite 1980, with fused multiply-add), then Taylor polynomials on [-pi/4, pi/4]. The absolute error is below 1e-15 for
 * angles up to 2^40; larger ones go through {@link Math}.
 */
final class SinCos {
    private static final VectorSpecies<Double> SPECIES = DoubleVector.SPECIES_PREFERRED;
    private static final double LARGE = 0x1p40;

    private static final double TWO_OVER_PI = 2 / Math.PI;
    private static final double HALF_PI = Math.PI / 2;
    /** What is missing from {@link #HALF_PI} to pi/2: half of sin(Math.PI), which is pi - Math.PI to 53 bits. */
    private static final double HALF_PI_REST = 6.123233995736766e-17;
    /** 1.5 * 2^52: adding it rounds to an integer, which then stands in the low bits. */
    private static final double ROUNDER = 0x1.8p52;

    private static final double S3 = -1.0 / 6;
    private static final double S5 = 1.0 / 120;
    private static final double S7 = -1.0 / 5040;
    private static final double S9 = 1.0 / 362880;
    private static final double S11 = -1.0 / 39916800;
    private static final double S13 = 1.0 / 6227020800L;
    private static final double S15 = -1.0 / 1307674368000L;
    private static final double S17 = 1.0 / 355687428096000L;
    private static final double C2 = -0.5;
    private static final double C4 = 1.0 / 24;
    private static final double C6 = -1.0 / 720;
    private static final double C8 = 1.0 / 40320;
    private static final double C10 = -1.0 / 3628800;
    private static final double C12 = 1.0 / 479001600;
    private static final double C14 = -1.0 / 87178291200L;
    private static final double C16 = 1.0 / 20922789888000L;

    private SinCos() {}

    /** Fills {@code sines} and {@code cosines} with those of the first {@code n} {@code angles}, in radians. */
    static void of(double[] angles, int n, double[] sines, double[] cosines) {
        int i = 0;
        for (; i <= n - SPECIES.length(); i += SPECIES.length()) {
            DoubleVector x = DoubleVector.fromArray(SPECIES, angles, i);
            if (!x.abs().compare(VectorOperators.LE, LARGE).allTrue()) {
                scalar(angles, i, i + SPECIES.length(), sines, cosines);
                continue;
            }
            DoubleVector rounded =
                    x.fma(DoubleVector.broadcast(SPECIES, TWO_OVER_PI), DoubleVector.broadcast(SPECIES, ROUNDER));
            DoubleVector turns = rounded.sub(ROUNDER).neg();
            DoubleVector r = turns.fma(
                    DoubleVector.broadcast(SPECIES, HALF_PI_REST),
                    turns.fma(DoubleVector.broadcast(SPECIES, HALF_PI), x));
            DoubleVector z = r.mul(r);
            DoubleVector sin = z.mul(S17).add(S15);
            sin = sin.fma(z, DoubleVector.broadcast(SPECIES, S13));
            sin = sin.fma(z, DoubleVector.broadcast(SPECIES, S11));
            sin = sin.fma(z, DoubleVector.broadcast(SPECIES, S9));
            sin = sin.fma(z, DoubleVector.broadcast(SPECIES, S7));
            sin = sin.fma(z, DoubleVector.broadcast(SPECIES, S5));
            sin = sin.fma(z, DoubleVector.broadcast(SPECIES, S3));
            sin = sin.mul(z).fma(r, r);
            DoubleVector cos = z.mul(C16).add(C14);
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, C12));
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, C10));
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, C8));
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, C6));
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, C4));
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, C2));
            cos = cos.fma(z, DoubleVector.broadcast(SPECIES, 1));
            // Quarter turns: odd ones exchange sine and cosine; the second bit of each count gives a sign.
            LongVector quarter = rounded.reinterpretAsLongs();
            VectorMask<Double> odd =
                    quarter.and(1).compare(VectorOperators.NE, 0).cast(SPECIES);
            LongVector sineSign = quarter.and(2).lanewise(VectorOperators.LSHL, 62);
            LongVector cosineSign = quarter.add(1).and(2).lanewise(VectorOperators.LSHL, 62);
            flip(sin.blend(cos, odd), sineSign).intoArray(sines, i);
            flip(cos.blend(sin, odd), cosineSign).intoArray(cosines, i);
        }
        scalar(angles, i, n, sines, cosines);
    }

    private static DoubleVector flip(DoubleVector value, LongVector sign) {
        return value.reinterpretAsLongs().lanewise(VectorOperators.XOR, sign).reinterpretAsDoubles();
    }

    private static void scalar(double[] angles, int from, int to, double[] sines, double[] cosines) {
        for (int i = from; i < to; i++) {
            sines[i] = Math.sin(angles[i]);
            cosines[i] = Math.cos(angles[i]);
        }
    }
}
