package dev.tenon.conformance.reference;

import dev.tenon.DType;

/** What one output must hold, in row-major order. */
public sealed interface Expected {
    /**
     * Numbers, before rounding to the output's type.
     *
     * @param values the exact result as near as double precision gives it
     * @param scale the magnitude of the terms that each value is the sum of: what its rounding errors are proportional to
     */
    record Reals(double[] values, double[] scale) implements Expected {
        /** Values that are not sums: errors are proportional to the values themselves. */
        public static Reals of(double[] values) {
            double[] scale = new double[values.length];
            for (int i = 0; i < scale.length; i++) {
                scale[i] = Math.abs(values[i]);
            }
            return new Reals(values, scale);
        }
    }

    /** Each element's own bits, zero-extended. */
    record Bits(long[] bits) implements Expected {
        /** Integers, cut to the type's width. */
        static Bits ofWholes(DType dtype, long[] values) {
            long[] bits = new long[values.length];
            for (int i = 0; i < bits.length; i++) {
                bits[i] = NumberFormat.bitsOfWhole(dtype, values[i]);
            }
            return new Bits(bits);
        }
    }

    /** Whole blocks of a quantized type. */
    record Quantized(byte[] blocks) implements Expected {}
}
