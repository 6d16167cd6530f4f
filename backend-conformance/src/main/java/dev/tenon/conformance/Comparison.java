package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.conformance.reference.Expected;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.conformance.reference.Values;
import java.util.Arrays;
import java.util.Optional;

/** Holds what an output contains against what it must contain. */
final class Comparison {
    private Comparison() {}

    /** What is wrong with an output: the first wrong element and how many there are; empty if all is right. */
    static Optional<String> of(Values actual, Expected expected, Tolerance tolerance) {
        return switch (expected) {
            case Expected.Bits(long[] bits) -> bits(actual, bits);
            case Expected.Quantized(byte[] blocks) -> blocks(actual, blocks);
            case Expected.Reals reals -> reals(actual, reals, tolerance);
        };
    }

    private static Optional<String> bits(Values actual, long[] expected) {
        DType dtype = actual.dtype();
        int wrong = 0;
        String first = "";
        for (int i = 0; i < expected.length; i++) {
            long is = actual.bits()[i];
            boolean bothNaN = dtype.isFloat()
                    && Double.isNaN(NumberFormat.real(dtype, is))
                    && Double.isNaN(NumberFormat.real(dtype, expected[i]));
            if (is != expected[i] && !bothNaN) {
                if (wrong++ == 0) {
                    first = "element %d is %s (bits %x), must be exactly %s (bits %x)"
                            .formatted(
                                    i,
                                    NumberFormat.real(dtype, is),
                                    is,
                                    NumberFormat.real(dtype, expected[i]),
                                    expected[i]);
                }
            }
        }
        return report(wrong, expected.length, first);
    }

    private static Optional<String> blocks(Values actual, byte[] expected) {
        int at = Arrays.mismatch(actual.blocks(), expected);
        if (at < 0) {
            return Optional.empty();
        }
        int bytes = actual.dtype().blockBytes();
        int wrong = 0;
        for (int i = 0; i < expected.length; i += bytes) {
            wrong += Arrays.equals(actual.blocks(), i, i + bytes, expected, i, i + bytes) ? 0 : 1;
        }
        String first = "block %d differs at its byte %d: %d, must be %d"
                .formatted(at / bytes, at % bytes, actual.blocks()[at], expected[at]);
        return report(wrong, expected.length / bytes, first);
    }

    private static Optional<String> reals(Values actual, Expected.Reals expected, Tolerance tolerance) {
        DType dtype = actual.dtype();
        double[] is = actual.reals();
        double[] must = expected.values();
        if (is.length != must.length) {
            return Optional.of("there are %d elements, must be %d".formatted(is.length, must.length));
        }
        int wrong = 0;
        double worst = 0;
        String first = "";
        for (int i = 0; i < must.length; i++) {
            double allowed = allowed(dtype, is[i], must[i], expected.scale()[i], tolerance);
            if (!matches(dtype, is[i], must[i], allowed, tolerance.exact())) {
                worst = Math.max(worst, Math.abs(is[i] - must[i]) / allowed);
                if (wrong++ == 0) {
                    first = "element %d is %s, must be %s (error %.3g, allowed %.3g)"
                            .formatted(i, is[i], must[i], Math.abs(is[i] - must[i]), allowed);
                }
            }
        }
        return report(
                wrong, must.length, first + (wrong > 0 ? "; worst error %.3g of the allowed".formatted(worst) : ""));
    }

    private static double allowed(DType dtype, double is, double must, double scale, Tolerance tolerance) {
        double magnitude = Double.isFinite(scale) ? Math.max(scale, Math.abs(must)) : Math.abs(must);
        // A K type's error is its own, not that of a float's rounding.
        double rounding = dtype.isQuantized() || tolerance.exact()
                ? 0
                : NumberFormat.ulp(dtype, Math.max(Math.abs(must), Math.min(Math.abs(is), 1.01 * Math.abs(must)))) / 2;
        return rounding + tolerance.relative() * magnitude + tolerance.absolute();
    }

    private static boolean matches(DType dtype, double is, double must, double allowed, boolean exact) {
        if (Double.isNaN(must)) {
            return Double.isNaN(is);
        }
        if (exact) {
            return is == NumberFormat.rounded(dtype, must);
        }
        if (Double.isInfinite(must)) {
            return is == must;
        }
        if (Double.isInfinite(is)) {
            return Math.signum(is) == Math.signum(must) && Math.abs(must) + allowed >= NumberFormat.largest(dtype);
        }
        // A result beyond the largest value may have been rounded to it, or by a wider tolerance to just below.
        double nearest = !dtype.isQuantized() && Math.abs(must) > NumberFormat.largest(dtype)
                ? Math.copySign(NumberFormat.largest(dtype), must)
                : must;
        return Math.abs(is - must) <= allowed
                || (nearest != must && Math.abs(is - nearest) <= allowed && Math.abs(must - nearest) <= allowed);
    }

    private static Optional<String> report(int wrong, int count, String first) {
        return wrong == 0 ? Optional.empty() : Optional.of("%s; %d of %d wrong".formatted(first, wrong, count));
    }
}
