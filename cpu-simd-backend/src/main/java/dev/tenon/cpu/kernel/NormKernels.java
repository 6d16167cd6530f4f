package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.OffHeap.setFloat;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** What normalizations are made of: sums over a row, and the scaled row. */
public final class NormKernels {
    /** F32 accumulates over this many elements, in 2 vectors; block sums are added in F64. */
    static final int BLOCK = 1024;

    private NormKernels() {}

    /** The sum of products of two rows. */
    public static float dot(long a, long b, int n) {
        double sum = 0;
        for (int from = 0; from < n; from += BLOCK) {
            sum += dotBlock(a + 4L * from, b + 4L * from, Math.min(BLOCK, n - from));
        }
        return (float) sum;
    }

    private static float dotBlock(long first, long second, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        FloatVector s0 = splat(0);
        FloatVector s1 = splat(0);
        int i = 0;
        for (; i <= n - 2 * COUNT; i += 2 * COUNT) {
            s0 = load(a + 4L * i).fma(load(b + 4L * i), s0);
            s1 = load(a + 4L * (i + COUNT)).fma(load(b + 4L * (i + COUNT)), s1);
        }
        for (; i <= n - COUNT; i += COUNT) {
            s0 = load(a + 4L * i).fma(load(b + 4L * i), s0);
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            s1 = load(a + 4L * i, rest).fma(load(b + 4L * i, rest), s1);
        }
        return Lanes.sum(s0.add(s1));
    }

    /** The sum of a row. */
    public static double sum(long row, int n) {
        double sum = 0;
        for (int from = 0; from < n; from += BLOCK) {
            sum += sumBlock(row + 4L * from, Math.min(BLOCK, n - from));
        }
        return sum;
    }

    private static float sumBlock(long address, int n) {
        long a = address & ADDRESS_MASK;
        FloatVector s0 = splat(0);
        FloatVector s1 = splat(0);
        int i = 0;
        for (; i <= n - 2 * COUNT; i += 2 * COUNT) {
            s0 = s0.add(load(a + 4L * i));
            s1 = s1.add(load(a + 4L * (i + COUNT)));
        }
        for (; i <= n - COUNT; i += COUNT) {
            s0 = s0.add(load(a + 4L * i));
        }
        if (i < n) {
            s1 = s1.add(load(a + 4L * i, Lanes.first(n - i)));
        }
        return Lanes.sum(s0.add(s1));
    }

    /** {@code out = in * factor}. */
    static void scaled(long from, long to, float factor, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(out + 4L * i, load(in + 4L * i).mul(factor));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(out + 4L * i, load(in + 4L * i, rest).mul(factor), rest);
        }
    }

    /** {@code out = in * factor * (weight + offset)}. */
    static void weighted(long from, long weights, float offset, long to, float factor, int n) {
        long in = from & ADDRESS_MASK;
        long weight = weights & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(
                    out + 4L * i,
                    load(in + 4L * i).mul(factor).mul(load(weight + 4L * i).add(offset)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector w = load(weight + 4L * i, rest).add(offset);
            store(out + 4L * i, load(in + 4L * i, rest).mul(factor).mul(w), rest);
        }
    }

    /** {@code out = a + b} in F32 or F64; an address {@code b} of 0 is absent. */
    public static void sumRows(boolean vectors, long a, long b, long out, int n) {
        if (b == 0) {
            OffHeap.copy(a, out, (vectors ? 4L : 8L) * n);
        } else if (vectors) {
            add(a, b, out, n);
        } else {
            for (int i = 0; i < n; i++) {
                setDouble(out + 8L * i, getDouble(a + 8L * i) + getDouble(b + 8L * i));
            }
        }
    }

    /** {@code out = a + b}. */
    static void add(long first, long second, long to, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(out + 4L * i, load(a + 4L * i).add(load(b + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(out + 4L * i, load(a + 4L * i, rest).add(load(b + 4L * i, rest)), rest);
        }
    }

    /** {@link dev.tenon.op.RmsNorm} of one row; a weight, sum or rstd address of 0 is absent. */
    public static void rmsNorm(long in, long weight, float offset, float epsilon, long out, long rstd, int n) {
        float r = (float) (1 / Math.sqrt((double) dot(in, in, n) / n + epsilon));
        if (rstd != 0) {
            setFloat(rstd, r);
        }
        if (weight == 0) {
            scaled(in, out, r, n);
        } else {
            weighted(in, weight, offset, out, r, n);
        }
    }

    /** The same in F64. */
    public static void rmsNormF64(long in, long weight, float offset, float epsilon, long out, long rstd, int n) {
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double x = getDouble(in + 8L * i);
            squares += x * x;
        }
        double r = 1 / Math.sqrt(squares / n + epsilon);
        if (rstd != 0) {
            setDouble(rstd, r);
        }
        for (int i = 0; i < n; i++) {
            double w = weight == 0 ? 1 : getDouble(weight + 8L * i) + offset;
            setDouble(out + 8L * i, getDouble(in + 8L * i) * r * w);
        }
    }
}
