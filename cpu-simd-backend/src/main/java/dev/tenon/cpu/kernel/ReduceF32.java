package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.ReduceKernel;
import dev.tenon.op.ReduceKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Reductions in F32 lanes; what a block of some hundred elements gives is carried on in F64. */
record ReduceF32(ReduceKind kind) implements ReduceKernel {
    @Override
    public Domain domain() {
        return Domain.F32;
    }

    @Override
    public long empty() {
        return Double.doubleToRawLongBits(
                switch (kind) {
                    case SUM, MEAN, SUM_SQUARES -> 0;
                    case MAX -> Double.NEGATIVE_INFINITY;
                    case MIN -> Double.POSITIVE_INFINITY;
                    case PRODUCT -> 1;
                });
    }

    @Override
    public float emptyColumn() {
        return (float) Double.longBitsToDouble(empty());
    }

    @Override
    public long combine(long a, long b) {
        double x = Double.longBitsToDouble(a);
        double y = Double.longBitsToDouble(b);
        return Double.doubleToRawLongBits(
                switch (kind) {
                    case SUM, MEAN, SUM_SQUARES -> x + y;
                    case MAX -> Math.max(x, y);
                    case MIN -> Math.min(x, y);
                    case PRODUCT -> x * y;
                });
    }

    @Override
    public long finish(long accumulator, long count) {
        return kind == ReduceKind.MEAN
                ? Double.doubleToRawLongBits(Double.longBitsToDouble(accumulator) / count)
                : accumulator;
    }

    @Override
    public long row(long address, int n) {
        return Double.doubleToRawLongBits(
                switch (kind) {
                    case SUM, MEAN -> sum(address, n);
                    case SUM_SQUARES -> squares(address, n);
                    case MAX -> max(address, n);
                    case MIN -> min(address, n);
                    case PRODUCT -> throw new AssertionError("products run in F64");
                });
    }

    @Override
    public void column(long address, long accumulators, int n) {
        switch (kind) {
            case SUM, MEAN -> addTo(address, accumulators, n);
            case SUM_SQUARES -> addSquares(address, accumulators, n);
            case MAX -> maxTo(address, accumulators, n);
            case MIN -> minTo(address, accumulators, n);
            case PRODUCT -> throw new AssertionError("products run in F64");
        }
    }

    private static float sum(long address, int n) {
        long in = address & ADDRESS_MASK;
        FloatVector s0 = splat(0);
        FloatVector s1 = splat(0);
        FloatVector s2 = splat(0);
        FloatVector s3 = splat(0);
        int i = 0;
        for (; i <= n - 4 * COUNT; i += 4 * COUNT) {
            s0 = s0.add(load(in + 4L * i));
            s1 = s1.add(load(in + 4L * (i + COUNT)));
            s2 = s2.add(load(in + 4L * (i + 2 * COUNT)));
            s3 = s3.add(load(in + 4L * (i + 3 * COUNT)));
        }
        for (; i <= n - COUNT; i += COUNT) {
            s0 = s0.add(load(in + 4L * i));
        }
        if (i < n) {
            s1 = s1.add(load(in + 4L * i, Lanes.first(n - i)));
        }
        return Lanes.sum(s0.add(s1).add(s2.add(s3)));
    }

    private static float squares(long address, int n) {
        long in = address & ADDRESS_MASK;
        FloatVector s0 = splat(0);
        FloatVector s1 = splat(0);
        int i = 0;
        for (; i <= n - 2 * COUNT; i += 2 * COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector y = load(in + 4L * (i + COUNT));
            s0 = x.fma(x, s0);
            s1 = y.fma(y, s1);
        }
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector x = load(in + 4L * i);
            s0 = x.fma(x, s0);
        }
        if (i < n) {
            FloatVector x = load(in + 4L * i, Lanes.first(n - i));
            s1 = x.fma(x, s1);
        }
        return Lanes.sum(s0.add(s1));
    }

    private static float max(long address, int n) {
        long in = address & ADDRESS_MASK;
        FloatVector m = splat(Float.NEGATIVE_INFINITY);
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            m = m.max(load(in + 4L * i));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            m = m.max(splat(Float.NEGATIVE_INFINITY).blend(load(in + 4L * i, rest), rest));
        }
        return m.reduceLanes(VectorOperators.MAX);
    }

    private static float min(long address, int n) {
        long in = address & ADDRESS_MASK;
        FloatVector m = splat(Float.POSITIVE_INFINITY);
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            m = m.min(load(in + 4L * i));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            m = m.min(splat(Float.POSITIVE_INFINITY).blend(load(in + 4L * i, rest), rest));
        }
        return m.reduceLanes(VectorOperators.MIN);
    }

    private static void addTo(long address, long accumulators, int n) {
        long in = address & ADDRESS_MASK;
        long to = accumulators & ADDRESS_MASK;
        for (int i = 0; i < n; i += COUNT) {
            store(to + 4L * i, load(to + 4L * i).add(load(in + 4L * i)));
        }
    }

    private static void addSquares(long address, long accumulators, int n) {
        long in = address & ADDRESS_MASK;
        long to = accumulators & ADDRESS_MASK;
        for (int i = 0; i < n; i += COUNT) {
            FloatVector x = load(in + 4L * i);
            store(to + 4L * i, x.fma(x, load(to + 4L * i)));
        }
    }

    private static void maxTo(long address, long accumulators, int n) {
        long in = address & ADDRESS_MASK;
        long to = accumulators & ADDRESS_MASK;
        for (int i = 0; i < n; i += COUNT) {
            store(to + 4L * i, load(to + 4L * i).max(load(in + 4L * i)));
        }
    }

    private static void minTo(long address, long accumulators, int n) {
        long in = address & ADDRESS_MASK;
        long to = accumulators & ADDRESS_MASK;
        for (int i = 0; i < n; i += COUNT) {
            store(to + 4L * i, load(to + 4L * i).min(load(in + 4L * i)));
        }
    }
}
