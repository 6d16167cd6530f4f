package dev.tenon.cpu.quant;

import java.util.Arrays;

/**
 * Finds scales and minimums for a block of Q4_K or Q5_K: 256 elements in eight sub-blocks, each {@code x = unit s q - minimumUnit
 * m} with whole {@code s} and {@code m} from 0 to 63 and {@code q} from 0 to {@code top}.
 *
 * <p>For each sub-block some scales around that of its range are tried; what values {@code q} each gives is what least
 * squares then solve scale and minimum from, and the best is refined by doing both in turn until the error falls no more. Codes
 * are chosen by the error they leave; the units are refined as the scales were, with the codes held.
 *
 * <p>Errors are squares weighted by the sub-block's root mean square plus the element's magnitude, as in ggml: large elements
 * matter more. Least squares alone would leave out an extreme element to serve many small ones, so what is further off than
 * {@link #CAP} of the coarsest sub-block's step weighs {@link #OVER_CAP} times as much.
 */
final class AffineSearch {
    private static final int SIZE = 256;
    private static final int SUB = 32;
    private static final int SUBS = SIZE / SUB;
    private static final int MOST_CODE = 63;

    /** Scales tried on either side of the range's, each further by this part of a step over the whole range. */
    private static final int TRIALS = 10;

    private static final double TRIAL = 0.1;
    private static final int REFINEMENTS = 2;

    /**
     * In steps. A range cut into steps of its own leaves at most 0.5; rounding a scale and a minimum up to the next codes that
     * cover the range makes that 0.52.
     */
    private static final double CAP = 0.6;

    /** What an error beyond the cap weighs: more than any that it could save elsewhere. */
    static final double OVER_CAP = 1e3;

    private final int top;
    private final double[] x = new double[SIZE];
    private final double[] weights = new double[SIZE];
    private final double[] scales = new double[SUBS];
    private final double[] minimums = new double[SUBS];
    private Coding best = new Coding();

    private record Line(double scale, double minimum) {}

    /** How a block is written down, and the error that this leaves. */
    private static final class Coding {
        private short unit;
        private short minimumUnit;
        private final int[] scaleCodes = new int[SUBS];
        private final int[] minimumCodes = new int[SUBS];
        private double error;

        float unit() {
            return Float.float16ToFloat(unit);
        }

        float minimumUnit() {
            return Float.float16ToFloat(minimumUnit);
        }
    }

    // The sums that least squares need of a sub-block: of products of w (weights), x and q.
    private double w1;
    private double wq;
    private double wqq;
    private double wx;
    private double wxq;

    /** @param top the largest value: 15 or 31 */
    AffineSearch(int top) {
        this.top = top;
    }

    /** Searches for a block of 256 elements. */
    void search(float[] elements) {
        double coarsest = 0;
        for (int j = 0; j < SUBS; j++) {
            double squares = 0;
            double least = 0;
            double most = 0;
            for (int i = j * SUB; i < (j + 1) * SUB; i++) {
                x[i] = elements[i];
                squares += x[i] * x[i];
                least = Math.min(least, x[i]);
                most = Math.max(most, x[i]);
            }
            double spread = Math.sqrt(squares / SUB);
            for (int i = j * SUB; i < (j + 1) * SUB; i++) {
                weights[i] = spread + Math.abs(x[i]);
            }
            coarsest = Math.max(coarsest, (most - least) / top);
        }
        for (int j = 0; j < SUBS; j++) {
            fit(j, CAP * coarsest);
        }
        code(CAP * coarsest);
    }

    short unit() {
        return best.unit;
    }

    short minimumUnit() {
        return best.minimumUnit;
    }

    int scaleCode(int j) {
        return best.scaleCodes[j];
    }

    int minimumCode(int j) {
        return best.minimumCodes[j];
    }

    /** The value of element {@code i} under the scales as they are stored. */
    int value(int i) {
        int j = i / SUB;
        return nearest(x[i] + best.minimumUnit() * best.minimumCodes[j], inverse(best.unit() * best.scaleCodes[j]));
    }

    /** Of a scale; of 0, which makes every value 0, that is 0 too. */
    private static double inverse(double scale) {
        return scale == 0 ? 0 : 1 / scale;
    }

    /** The value for an element above the minimum. */
    private int nearest(double above, double inverse) {
        return (int) Math.min(Math.max(above * inverse + 0.5, 0), top);
    }

    /** Finds a sub-block's scale and minimum as numbers. */
    private void fit(int j, double cap) {
        double least = Math.min(0, x[j * SUB]);
        double most = x[j * SUB];
        for (int i = j * SUB; i < (j + 1) * SUB; i++) {
            least = Math.min(least, x[i]);
            most = Math.max(most, x[i]);
        }
        scales[j] = 0;
        minimums[j] = -least;
        if (!(most > least)) {
            return;
        }
        double error = Double.MAX_VALUE;
        for (int trial = -TRIALS; trial <= TRIALS; trial++) {
            double scale = (most - least) / (top + TRIAL * trial);
            double minimum = -least;
            double left = Double.MAX_VALUE;
            for (int i = 0; i < REFINEMENTS; i++) {
                assign(j, scale, minimum);
                Line solved = solve();
                double after = error(j, solved.scale, solved.minimum, cap);
                if (!(after < left)) {
                    break;
                }
                left = after;
                scale = solved.scale;
                minimum = solved.minimum;
            }
            if (left < error) {
                error = left;
                scales[j] = scale;
                minimums[j] = minimum;
            }
        }
    }

    /** Sums up a sub-block with the values that a scale and a minimum give. */
    private void assign(int j, double scale, double minimum) {
        w1 = 0;
        wq = 0;
        wqq = 0;
        wx = 0;
        wxq = 0;
        double inverse = inverse(scale);
        for (int i = j * SUB; i < (j + 1) * SUB; i++) {
            int q = nearest(x[i] + minimum, inverse);
            double w = weights[i];
            w1 += w;
            wq += w * q;
            wqq += w * q * q;
            wx += w * x[i];
            wxq += w * x[i] * q;
        }
    }

    /** The scale and the minimum, not negative, of the least squares over what was summed up. */
    private Line solve() {
        double determinant = w1 * wqq - wq * wq;
        double scale = (w1 * wxq - wx * wq) / determinant;
        double minimum = (wq * wxq - wqq * wx) / determinant;
        return determinant > 0 && minimum >= 0 ? new Line(scale, minimum) : new Line(wqq > 0 ? wxq / wqq : 0, 0);
    }

    /** Rounds scales and minimums to their codes. */
    private void code(double cap) {
        best = coding(
                SuperBlocks.unit(Arrays.stream(scales).max().orElse(0), MOST_CODE),
                SuperBlocks.unit(Arrays.stream(minimums).max().orElse(0), MOST_CODE),
                cap);
        for (int i = 0; i < REFINEMENTS; i++) {
            Coding next = refined(cap);
            if (!(next.error < best.error)) {
                return;
            }
            best = next;
        }
    }

    /** The codes that lose least for some units. */
    private Coding coding(short unit, short minimumUnit, double cap) {
        Coding coding = new Coding();
        coding.unit = unit;
        coding.minimumUnit = minimumUnit;
        for (int j = 0; j < SUBS; j++) {
            int s = below(scales[j], coding.unit());
            int m = below(minimums[j], coding.minimumUnit());
            double least = Double.POSITIVE_INFINITY;
            for (int scale = Math.max(0, s - 1); scale <= Math.min(MOST_CODE, s + 2); scale++) {
                for (int minimum = Math.max(0, m - 1); minimum <= Math.min(MOST_CODE, m + 2); minimum++) {
                    double error = error(j, coding.unit() * scale, coding.minimumUnit() * minimum, cap);
                    if (error < least) {
                        least = error;
                        coding.scaleCodes[j] = scale;
                        coding.minimumCodes[j] = minimum;
                    }
                }
            }
            coding.error += least;
        }
        return coding;
    }

    private static int below(double value, double unit) {
        return unit == 0 ? 0 : Math.clamp((long) (value / unit), 0, MOST_CODE);
    }

    /** The weighted squared error, and far more of an element that is further off than the cap. */
    private double error(int j, double scale, double minimum, double cap) {
        double inverse = inverse(scale);
        double error = 0;
        for (int i = j * SUB; i < (j + 1) * SUB; i++) {
            double above = x[i] + minimum;
            double lost = Math.abs(above - scale * nearest(above, inverse));
            error += weights[i] * lost * lost * (lost > cap ? OVER_CAP : 1);
        }
        return error;
    }

    /** Solves the units anew from the codes and values there are. */
    private Coding refined(double cap) {
        double ss = 0;
        double sm = 0;
        double mm = 0;
        double xs = 0;
        double xm = 0;
        for (int i = 0; i < SIZE; i++) {
            int m = best.minimumCodes[i / SUB];
            int s = best.scaleCodes[i / SUB] * value(i);
            double w = weights[i];
            ss += w * s * s;
            sm += w * s * m;
            mm += w * m * m;
            xs += w * x[i] * s;
            xm += w * x[i] * m;
        }
        double determinant = ss * mm - sm * sm;
        boolean both = determinant > 1e-9 * ss * mm;
        double unit = both ? (xs * mm - xm * sm) / determinant : ss > 0 ? (xs + best.minimumUnit() * sm) / ss : 0;
        double minimumUnit = both ? (xs * sm - xm * ss) / determinant : best.minimumUnit();
        return coding(
                Float.floatToFloat16((float) Math.max(0, unit)),
                Float.floatToFloat16((float) Math.max(0, minimumUnit)),
                cap);
    }
}
