package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Rows of softmax. Operands in, out; backward: out, gradOut, gradIn. */
public final class SoftmaxKernels {
    private SoftmaxKernels() {}

    /** The largest element, NaN not counted (a NaN comes out of the sum that follows). */
    public static float max(long in, int n) {
        long row = in & ADDRESS_MASK;
        FloatVector m = splat(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector x = load(row + 4L * i);
            m = m.blend(x, x.compare(VectorOperators.GT, m));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector x = splat(Float.NEGATIVE_INFINITY).blend(load(row + 4L * i, rest), rest);
            m = m.blend(x, x.compare(VectorOperators.GT, m));
        }
        return m.reduceLanes(VectorOperators.MAX);
    }

    /** Writes {@code e^(x - max)} and gives the sum. */
    static double exponentials(long in, long out, float max, int n) {
        double sum = 0;
        for (int from = 0; from < n; from += NormKernels.BLOCK) {
            sum += exponentialBlock(in + 4L * from, out + 4L * from, max, Math.min(NormKernels.BLOCK, n - from));
        }
        return sum;
    }

    /** Whole vectors and the rest apart: with one exponential more the method is past what C2 inlines. */
    private static float exponentialBlock(long in, long out, float max, int n) {
        int whole = n - n % COUNT;
        float sum = exponentialVectors(in, out, max, whole);
        return whole == n ? sum : sum + exponentialRest(in + 4L * whole, out + 4L * whole, max, n - whole);
    }

    private static float exponentialVectors(long in, long out, float max, int n) {
        long row = in & ADDRESS_MASK;
        long result = out & ADDRESS_MASK;
        FloatVector sum = splat(0);
        for (int i = 0; i < n; i += COUNT) {
            FloatVector e = Exponential.exp(load(row + 4L * i).sub(max));
            store(result + 4L * i, e);
            sum = sum.add(e);
        }
        return Lanes.sum(sum);
    }

    private static float exponentialRest(long in, long out, float max, int n) {
        VectorMask<Float> rest = Lanes.first(n);
        FloatVector e = Exponential.exp(load(in & ADDRESS_MASK, rest).sub(max));
        store(out & ADDRESS_MASK, e, rest);
        return Lanes.sum(splat(0).blend(e, rest));
    }

    /** Writes {@code scale * e^(x - logSum)}, 0 where the scale is. */
    public static void exponentials(long in, long out, float logSum, float scale, int n) {
        long row = in & ADDRESS_MASK;
        long result = out & ADDRESS_MASK;
        if (scale == 0) {
            OffHeap.clear(result, 4L * n);
            return;
        }
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(
                    result + 4L * i,
                    Exponential.exp(load(row + 4L * i).sub(logSum)).mul(scale));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(
                    result + 4L * i,
                    Exponential.exp(load(row + 4L * i, rest).sub(logSum)).mul(scale),
                    rest);
        }
    }

    /**
     * {@code ln(sum(e^(x - max)))}. The elements equal to the maximum are counted apart: where one stands far above the
     * rest, the logarithm is about the sum of the others, which would be lost beside the 1. NaN for an infinite maximum, as
     * the differences to it give.
     */
    public static double logSum(long in, float max, int n) {
        if (Float.isInfinite(max)) {
            return Double.NaN;
        }
        double others = 0;
        double largest = 0;
        for (int from = 0; from < n; from += NormKernels.BLOCK) {
            int count = Math.min(NormKernels.BLOCK, n - from);
            others += othersBlock(in + 4L * from, max, count);
            largest += largestBlock(in + 4L * from, max, count);
        }
        return Math.log1p(largest - 1 + others);
    }

    private static float othersBlock(long in, float max, int n) {
        int whole = n - n % COUNT;
        float sum = othersVectors(in, max, whole);
        return whole == n ? sum : sum + othersRest(in + 4L * whole, max, n - whole);
    }

    private static float othersVectors(long in, float max, int n) {
        long row = in & ADDRESS_MASK;
        FloatVector largest = splat(max);
        FloatVector zero = splat(0);
        FloatVector sum = zero;
        for (int i = 0; i < n; i += COUNT) {
            FloatVector x = load(row + 4L * i);
            FloatVector e = Exponential.exp(x.sub(largest));
            sum = sum.add(e.blend(zero, x.compare(VectorOperators.EQ, largest)));
        }
        return Lanes.sum(sum);
    }

    private static float othersRest(long in, float max, int n) {
        VectorMask<Float> rest = Lanes.first(n);
        FloatVector x = splat(max).blend(load(in & ADDRESS_MASK, rest), rest);
        FloatVector e = Exponential.exp(x.sub(max));
        return Lanes.sum(e.blend(0, x.compare(VectorOperators.EQ, max)));
    }

    private static float largestBlock(long in, float max, int n) {
        long row = in & ADDRESS_MASK;
        FloatVector largest = splat(max);
        FloatVector zero = splat(0);
        FloatVector one = splat(1);
        FloatVector count = zero;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            count = count.add(zero.blend(one, load(row + 4L * i).compare(VectorOperators.EQ, largest)));
        }
        float equal = Lanes.sum(count);
        for (; i < n; i++) {
            equal += OffHeap.getFloat(row + 4L * i) == max ? 1 : 0;
        }
        return equal;
    }

    public static void softmax(long[] at, int n) {
        double sum = exponentials(at[0], at[1], max(at[0], n), n);
        scale(at[1], (float) (1 / sum), n);
    }

    private static void scale(long address, float factor, int n) {
        long row = address & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(row + 4L * i, load(row + 4L * i).mul(factor));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(row + 4L * i, load(row + 4L * i, rest).mul(factor), rest);
        }
    }

    public static void logSoftmax(long[] at, int n) {
        float max = max(at[0], n);
        subtract(at[0], at[1], max, (float) logSum(at[0], max, n), n);
    }

    /**
     * {@code x - max - logSum}. Apart from its caller, into which C2 inlines all of {@link #logSum} first and then has no nodes left
     * for a loop: its loads and stores became calls, and their vectors objects.
     */
    private static void subtract(long in, long to, float max, float logSum, int n) {
        long row = in & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(out + 4L * i, load(row + 4L * i).sub(max).sub(logSum));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(out + 4L * i, load(row + 4L * i, rest).sub(max).sub(logSum), rest);
        }
    }

    /** {@code y (g - sum(y g))}. */
    public static void backward(long[] at, int n) {
        long y = at[0] & ADDRESS_MASK;
        long g = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        float dot = NormKernels.dot(y, g, n);
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(out + 4L * i, load(g + 4L * i).sub(dot).mul(load(y + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(out + 4L * i, load(g + 4L * i, rest).sub(dot).mul(load(y + 4L * i, rest)), rest);
        }
    }

    /** {@code g - e^y sum(g)}. */
    public static void logBackward(long[] at, int n) {
        long y = at[0] & ADDRESS_MASK;
        long g = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        FloatVector sum = splat((float) NormKernels.sum(g, n)).neg();
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(out + 4L * i, Exponential.exp(load(y + 4L * i)).fma(sum, load(g + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector e = Exponential.exp(load(y + 4L * i, rest));
            store(out + 4L * i, e.fma(sum, load(g + 4L * i, rest)), rest);
        }
    }

    // F64

    public static double maxF64(long in, int n) {
        double max = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < n; i++) {
            max = Math.max(max, getDouble(in + 8L * i));
        }
        return max;
    }

    /** As {@link #logSum}. */
    public static double logSumF64(long in, double max, int n) {
        if (Double.isInfinite(max)) {
            return Double.NaN;
        }
        double others = 0;
        long largest = 0;
        for (int i = 0; i < n; i++) {
            double x = getDouble(in + 8L * i);
            if (x == max) {
                largest++;
            } else {
                others += Math.exp(x - max);
            }
        }
        return Math.log1p(largest - 1 + others);
    }

    public static void softmaxF64(long[] at, int n) {
        double max = maxF64(at[0], n);
        double sum = 0;
        for (int i = 0; i < n; i++) {
            double e = Math.exp(getDouble(at[0] + 8L * i) - max);
            setDouble(at[1] + 8L * i, e);
            sum += e;
        }
        for (int i = 0; i < n; i++) {
            setDouble(at[1] + 8L * i, getDouble(at[1] + 8L * i) / sum);
        }
    }

    public static void logSoftmaxF64(long[] at, int n) {
        double max = maxF64(at[0], n);
        double logSum = logSumF64(at[0], max, n);
        for (int i = 0; i < n; i++) {
            setDouble(at[1] + 8L * i, getDouble(at[0] + 8L * i) - max - logSum);
        }
    }

    public static void backwardF64(long[] at, int n) {
        double dot = 0;
        for (int i = 0; i < n; i++) {
            dot += getDouble(at[0] + 8L * i) * getDouble(at[1] + 8L * i);
        }
        for (int i = 0; i < n; i++) {
            setDouble(at[2] + 8L * i, getDouble(at[0] + 8L * i) * (getDouble(at[1] + 8L * i) - dot));
        }
    }

    public static void logBackwardF64(long[] at, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += getDouble(at[1] + 8L * i);
        }
        for (int i = 0; i < n; i++) {
            setDouble(at[2] + 8L * i, getDouble(at[1] + 8L * i) - Math.exp(getDouble(at[0] + 8L * i)) * sum);
        }
    }
}
