package dev.tenon.conformance.reference;

/** Functions that java.lang.Math lacks, to about 15 digits. */
final class SpecialFunctions {
    private static final double ROOT_PI = Math.sqrt(Math.PI);
    /** From here on erf is 1 less the continued fraction, which converges to all digits. */
    private static final double TAIL = 1.25;

    private SpecialFunctions() {}

    static double erf(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        double magnitude = Math.abs(x);
        return magnitude < TAIL ? series(x) : Math.copySign(1 - tail(magnitude), x);
    }

    /** {@code 1 - erf(x)}, to full relative precision also where it is small. */
    static double erfc(double x) {
        return x < TAIL ? 1 - erf(x) : tail(x);
    }

    /** Abramowitz and Stegun 7.1.6: no cancellation, every term has x's sign. Summed with Kahan's compensation. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        double lost = 0;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            double next = term - lost;
            double total = sum + next;
            lost = total - sum - next;
            sum = total;
        }
        return 2 / ROOT_PI * bell(x) * sum;
    }

    /** Abramowitz and Stegun 7.1.14, the continued fraction from its end; for x at least {@link #TAIL}. */
    private static double tail(double x) {
        if (x > 30) {
            return 0;
        }
        double fraction = 0;
        for (int n = 150; n >= 1; n--) {
            fraction = n / 2.0 / (x + fraction);
        }
        return bell(x) / ROOT_PI / (x + fraction);
    }

    /** exp(-x^2), with what rounding takes off the square given back: it would be a relative error of x^2 ulps. */
    private static double bell(double x) {
        double square = x * x;
        return Math.exp(-square) * (1 - Math.fma(x, x, -square));
    }

    /** The normal distribution function. */
    static double phi(double x) {
        return 0.5 * erfc(-x / Math.sqrt(2));
    }

    /** The normal density. */
    static double density(double x) {
        return Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
    }

    static double sigmoid(double x) {
        return x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x));
    }

    static double softplus(double x) {
        return x > 0 ? x + Math.log1p(Math.exp(-x)) : Math.log1p(Math.exp(x));
    }
}
