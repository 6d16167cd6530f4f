package dev.tenon.cpu.math;

/** Functions of one F64 that {@link Math} lacks, within 1e-14 relative unless noted. */
public final class DoubleMath {
    private static final double TWO_OVER_ROOT_PI = 2 / Math.sqrt(Math.PI);
    private static final double ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    /** From here on the continued fraction, 120 terms of it, gives erf to the last digit, and the series some ulps less. */
    private static final double FAR = 1.25;

    private static final double CUBIC = 0.044715;
    private static final double QUICK = 1.702;

    private DoubleMath() {}

    /** The error function. */
    public static double erf(double x) {
        double t = Math.abs(x);
        return t < FAR ? series(x) : Math.copySign(1 - fraction(t), x);
    }

    /** The complementary error function, relative to its own size also far out. */
    public static double erfc(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        return x >= FAR ? fraction(x) : x <= -FAR ? 2 - fraction(-x) : 1 - series(x);
    }

    /** All terms of this form of the series have one sign (Abramowitz and Stegun 7.1.6). */
    private static double series(double x) {
        double term = x;
        double sum = x;
        // What each addition rounds off, given back with the next (Kahan): it would be an ulp or two.
        double lost = 0;
        for (int n = 1; n < 60; n++) {
            term *= 2 * x * x / (2 * n + 1);
            double next = term - lost;
            double total = sum + next;
            lost = total - sum - next;
            sum = total;
        }
        return TWO_OVER_ROOT_PI * bell(x) * sum;
    }

    /** The continued fraction of erfc for x at least {@link #FAR} (Abramowitz and Stegun 7.1.14), from its far end. */
    private static double fraction(double x) {
        if (x > 28) {
            return 0;
        }
        double tail = x;
        for (int n = 120; n > 0; n--) {
            tail = x + n / 2.0 / tail;
        }
        return bell(x) / Math.sqrt(Math.PI) / tail;
    }

    /** exp(-x^2), with what rounding takes off the square given back. */
    private static double bell(double x) {
        double square = x * x;
        return Math.exp(-square) * (1 - Math.fma(x, x, -square));
    }

    public static double exp2(double x) {
        return Math.rint(x) == x && Math.abs(x) < 1100 ? Math.scalb(1.0, (int) x) : Math.pow(2, x);
    }

    /** The binary logarithm; exact for powers of two. */
    public static double log2(double x) {
        if (!(x > 0) || x == Double.POSITIVE_INFINITY) {
            return Math.log(x);
        }
        double scaled = x < Double.MIN_NORMAL ? x * 0x1p54 : x;
        int exponent = Math.getExponent(scaled);
        double mantissa = Math.scalb(scaled, -exponent);
        int below = x < Double.MIN_NORMAL ? 54 : 0;
        // Mantissas above 4/3 count from the power above, so that no large terms cancel near 1.
        if (mantissa > 4.0 / 3) {
            mantissa /= 2;
            exponent++;
        }
        return Math.log(mantissa) / Math.log(2) + (exponent - below);
    }

    public static double sigmoid(double x) {
        double e = Math.exp(-Math.abs(x));
        return x < 0 ? e / (1 + e) : 1 / (1 + e);
    }

    public static double sigmoidSlope(double x) {
        double e = Math.exp(-Math.abs(x));
        return e / ((1 + e) * (1 + e));
    }

    public static double softplus(double x) {
        return Double.isNaN(x) ? x : Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
    }

    public static double relu(double x) {
        return x < 0 ? 0 : x;
    }

    public static double gelu(double x) {
        return x == Double.NEGATIVE_INFINITY ? 0 : 0.5 * x * erfc(-x * Math.sqrt(0.5));
    }

    public static double geluTanh(double x) {
        return x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(tanhArgument(x));
    }

    public static double geluQuick(double x) {
        return x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(QUICK * x);
    }

    public static double silu(double x) {
        return x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(x);
    }

    public static double geluSlope(double x) {
        return far(x)
                ? limit(x)
                : 0.5 * erfc(-x * Math.sqrt(0.5)) + x * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }

    public static double geluTanhSlope(double x) {
        double inner = 2 * ROOT_2_OVER_PI * (1 + 3 * CUBIC * x * x);
        return far(x) ? limit(x) : sigmoid(tanhArgument(x)) + x * sigmoidSlope(tanhArgument(x)) * inner;
    }

    public static double geluQuickSlope(double x) {
        return far(x) ? limit(x) : sigmoid(QUICK * x) + QUICK * x * sigmoidSlope(QUICK * x);
    }

    public static double siluSlope(double x) {
        return far(x) ? limit(x) : sigmoid(x) + x * sigmoidSlope(x);
    }

    public static double erfSlope(double x) {
        return TWO_OVER_ROOT_PI * Math.exp(-x * x);
    }

    private static double tanhArgument(double x) {
        return 2 * ROOT_2_OVER_PI * (x + CUBIC * x * x * x);
    }

    private static boolean far(double x) {
        return Math.abs(x) > 1e5;
    }

    private static double limit(double x) {
        return x > 0 ? 1 : 0;
    }
}
