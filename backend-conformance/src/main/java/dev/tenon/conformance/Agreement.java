package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.NumberFormat;
import dev.tenon.conformance.reference.Values;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Whether two runs of one case, on two devices or with two settings of one, came to the same results but for rounding. */
public final class Agreement {
    private Agreement() {}

    /**
     * Compares the outputs of one case bound twice with the same seed, both run. Either may be off by the operator's tolerance; what
     * that is in proportion to is taken to be the output's largest value.
     *
     * @return what is wrong; empty if they agree
     */
    public static Optional<String> of(BoundCase one, BoundCase other) {
        List<Tensor> outputs = one.op().outputs();
        for (int i = 0; i < outputs.size(); i++) {
            Tensor out = outputs.get(i);
            Optional<String> problem =
                    of(Values.read(out), Values.read(other.op().outputs().get(i)), Tolerance.of(one.op(), out));
            if (problem.isPresent()) {
                return Optional.of("output " + i + ": " + problem.get());
            }
        }
        return Optional.empty();
    }

    private static Optional<String> of(Values one, Values other, Tolerance tolerance) {
        DType dtype = one.dtype();
        if (dtype.isQuantized()) {
            int at = Arrays.mismatch(one.blocks(), other.blocks());
            return at < 0 ? Optional.empty() : Optional.of("the blocks differ at byte " + at);
        }
        double[] left = one.reals();
        double[] right = other.reals();
        double largest = 0;
        for (double value : left) {
            largest = Double.isFinite(value) ? Math.max(largest, Math.abs(value)) : largest;
        }
        for (int i = 0; i < left.length; i++) {
            if (!agree(dtype, left[i], right[i], tolerance, largest)) {
                return Optional.of("element " + i + " is " + left[i] + " and " + right[i]);
            }
        }
        return Optional.empty();
    }

    private static boolean agree(DType dtype, double one, double other, Tolerance tolerance, double largest) {
        if (one == other || Double.isNaN(one) && Double.isNaN(other)) {
            return true;
        }
        if (tolerance.exact() || !Double.isFinite(one) || !Double.isFinite(other)) {
            return false;
        }
        double allowed = NumberFormat.ulp(dtype, Math.max(Math.abs(one), Math.abs(other)))
                + 2 * (tolerance.relative() * largest + tolerance.absolute());
        return Math.abs(one - other) <= allowed;
    }
}
