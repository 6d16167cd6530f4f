package dev.tenon.cpu.quant;

/**
 * Finds scales for a block of Q6_K: 256 elements in sixteen sub-blocks, each {@code x = unit s q} with whole {@code s} from -128 to
 * 127 and {@code q} from -32 to 31. The search is that of {@link AffineSearch} without minimums; errors are plain squares.
 */
final class SymmetricSearch {
    private static final int SIZE = 256;
    private static final int SUB = 16;
    private static final int SUBS = SIZE / SUB;
    private static final int LEAST = -32;
    private static final int MOST = 31;

    private static final int TRIALS = 9;
    private static final double TRIAL = 0.1;
    private static final int REFINEMENTS = 2;

    /** In steps of the largest element's 32nd part, as {@link AffineSearch}'s; the sides are uneven, which takes 0.65. */
    private static final double CAP = 0.7;

    private final double[] x = new double[SIZE];
    private final double[] scales = new double[SUBS];
    private Coding best = new Coding();

    private static final class Coding {
        private short unit;
        private final int[] codes = new int[SUBS];
        private double error;

        float unit() {
            return Float.float16ToFloat(unit);
        }
    }

    /** Searches for a block of 256 elements. */
    void search(float[] elements) {
        double extreme = 0;
        double largest = 0;
        for (int i = 0; i < SIZE; i++) {
            x[i] = elements[i];
            largest = Math.max(largest, Math.abs(x[i]));
        }
        double cap = CAP * largest / -LEAST;
        for (int j = 0; j < SUBS; j++) {
            fit(j, cap);
            extreme = Math.abs(scales[j]) > Math.abs(extreme) ? scales[j] : extreme;
        }
        best = coding(SuperBlocks.unit(-extreme, 128), cap);
        for (int i = 0; i < REFINEMENTS; i++) {
            Coding next = refined(cap);
            if (!(next.error < best.error)) {
                return;
            }
            best = next;
        }
    }

    short unit() {
        return best.unit;
    }

    /** Sub-block {@code j}'s scale, -128 to 127. */
    int scaleCode(int j) {
        return best.codes[j];
    }

    /** The value of element {@code i}, -32 to 31, under the scales as they are stored. */
    int value(int i) {
        return nearest(x[i], inverse(best.unit() * best.codes[i / SUB]));
    }

    private static double inverse(double scale) {
        return scale == 0 ? 0 : 1 / scale;
    }

    private static int nearest(double element, double inverse) {
        return (int) Math.clamp(Math.rint(element * inverse), LEAST, MOST);
    }

    /** Finds a sub-block's scale as a number. */
    private void fit(int j, double cap) {
        double extreme = 0;
        for (int i = j * SUB; i < (j + 1) * SUB; i++) {
            extreme = Math.abs(x[i]) > Math.abs(extreme) ? x[i] : extreme;
        }
        scales[j] = 0;
        double error = Double.MAX_VALUE;
        for (int trial = -TRIALS; trial <= TRIALS && extreme != 0; trial++) {
            double scale = extreme / (LEAST - TRIAL * trial);
            double left = Double.MAX_VALUE;
            for (int i = 0; i < REFINEMENTS; i++) {
                double solved = solve(j, scale);
                double after = error(j, solved, cap);
                if (!(after < left)) {
                    break;
                }
                left = after;
                scale = solved;
            }
            if (left < error) {
                error = left;
                scales[j] = scale;
            }
        }
    }

    /** The scale that serves best the values that another one gives. */
    private double solve(int j, double scale) {
        double inverse = inverse(scale);
        double xq = 0;
        double qq = 0;
        for (int i = j * SUB; i < (j + 1) * SUB; i++) {
            int q = nearest(x[i], inverse);
            xq += x[i] * q;
            qq += q * q;
        }
        return qq == 0 ? 0 : xq / qq;
    }

    /** The squared error, and far more of an element that is further off than the cap. */
    private double error(int j, double scale, double cap) {
        double inverse = inverse(scale);
        double error = 0;
        for (int i = j * SUB; i < (j + 1) * SUB; i++) {
            double lost = Math.abs(x[i] - scale * nearest(x[i], inverse));
            error += lost * lost * (lost > cap ? AffineSearch.OVER_CAP : 1);
        }
        return error;
    }

    /** The codes that lose least for a unit. */
    private Coding coding(short unit, double cap) {
        Coding coding = new Coding();
        coding.unit = unit;
        for (int j = 0; j < SUBS; j++) {
            int below = coding.unit() == 0 ? 0 : (int) Math.clamp(Math.floor(scales[j] / coding.unit()), -128, 127);
            double least = Double.POSITIVE_INFINITY;
            for (int code = Math.max(-128, below - 1); code <= Math.min(127, below + 2); code++) {
                double error = error(j, coding.unit() * code, cap);
                if (error < least) {
                    least = error;
                    coding.codes[j] = code;
                }
            }
            coding.error += least;
        }
        return coding;
    }

    /** Solves the unit anew from the codes and values there are. */
    private Coding refined(double cap) {
        double xs = 0;
        double ss = 0;
        for (int i = 0; i < SIZE; i++) {
            int s = best.codes[i / SUB] * value(i);
            xs += x[i] * s;
            ss += (double) s * s;
        }
        return coding(ss == 0 ? best.unit : Float.floatToFloat16((float) (xs / ss)), cap);
    }
}
