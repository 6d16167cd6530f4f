package dev.tenon.conformance.reference;

/** Functions that java.lang.Math lacks, to about 15 digits. */
final class SpecialFunctions {
    private static final double ROOT_PI = Math.sqrt(Math.PI);

    private SpecialFunctions() {}

    static double erf(double x) {
        if (Double.isNaN(x)) {
            return x;
        }
        double magnitude = Math.abs(x);
        return Math.abs(x) < 2 ? series(x) : Math.copySign(1 - tail(magnitude), x);
    }

    /** {@code 1 - erf(x)}, to full relative precision also where it is small. */
    static double erfc(double x) {
        return x < 2 ? 1 - erf(x) : tail(x);
    }

    /** Abramowitz and Stegun 7.1.6: no cancellation, every term has x's sign. */
    private static double series(double x) {
        double term = x;
        double sum = x;
        for (int n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
            term *= 2 * x * x / (2 * n + 1);
            sum += term;
        }
        return 2 / ROOT_PI * Math.exp(-x * x) * sum;
    }

    /** Abramowitz and Stegun 7.1.14, the continued fraction from its end; for x at least 2. */
    private static double tail(double x) {
        if (x > 30) {
            return 0;
        }
        double fraction = 0;
        for (int n = 150; n >= 1; n--) {
            fraction = n / 2.0 / (x + fraction);
        }
        return Math.exp(-x * x) / ROOT_PI / (x + fraction);
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
