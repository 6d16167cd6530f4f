package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.getLong;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/** Where a row's extreme element is: the first of equals; the first NaN if there is one. */
public final class ArgKernels {
    private ArgKernels() {}

    public static int max(long row, int n) {
        long in = row & ADDRESS_MASK;
        FloatVector best = splat(Float.NEGATIVE_INFINITY);
        VectorMask<Float> nan = best.compare(VectorOperators.NE, best);
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector x = load(in + 4L * i);
            best = best.blend(x, x.compare(VectorOperators.GT, best));
            nan = nan.or(x.compare(VectorOperators.NE, x));
        }
        float most = best.reduceLanes(VectorOperators.MAX);
        boolean anyNan = nan.anyTrue();
        for (; i < n; i++) {
            float x = getFloat(in + 4L * i);
            most = x > most ? x : most;
            anyNan |= Float.isNaN(x);
        }
        return anyNan ? firstNan(in, n) : first(in, most, n);
    }

    public static int min(long row, int n) {
        long in = row & ADDRESS_MASK;
        FloatVector best = splat(Float.POSITIVE_INFINITY);
        VectorMask<Float> nan = best.compare(VectorOperators.NE, best);
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector x = load(in + 4L * i);
            best = best.blend(x, x.compare(VectorOperators.LT, best));
            nan = nan.or(x.compare(VectorOperators.NE, x));
        }
        float least = best.reduceLanes(VectorOperators.MIN);
        boolean anyNan = nan.anyTrue();
        for (; i < n; i++) {
            float x = getFloat(in + 4L * i);
            least = x < least ? x : least;
            anyNan |= Float.isNaN(x);
        }
        return anyNan ? firstNan(in, n) : first(in, least, n);
    }

    private static int first(long in, float value, int n) {
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            VectorMask<Float> equal = load(in + 4L * i).compare(VectorOperators.EQ, value);
            if (equal.anyTrue()) {
                return i + equal.firstTrue();
            }
        }
        while (getFloat(in + 4L * i) != value) {
            i++;
        }
        return i;
    }

    private static int firstNan(long in, int n) {
        for (int i = 0; i < n; i++) {
            if (Float.isNaN(getFloat(in + 4L * i))) {
                return i;
            }
        }
        throw new AssertionError("a NaN was seen");
    }

    public static int doubles(boolean largest, long row, int n) {
        int best = 0;
        double value = getDouble(row);
        for (int i = 1; i < n && !Double.isNaN(value); i++) {
            double x = getDouble(row + 8L * i);
            if (Double.isNaN(x) || (largest ? x > value : x < value)) {
                best = i;
                value = x;
            }
        }
        return best;
    }

    public static int longs(boolean largest, long row, int n) {
        int best = 0;
        long value = getLong(row);
        for (int i = 1; i < n; i++) {
            long x = getLong(row + 8L * i);
            if (largest ? x > value : x < value) {
                best = i;
                value = x;
            }
        }
        return best;
    }
}
