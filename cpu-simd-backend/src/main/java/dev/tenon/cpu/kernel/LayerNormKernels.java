package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.OffHeap.setFloat;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Rows of layer normalization. An address of 0 is an absent operand. */
public final class LayerNormKernels {
    private LayerNormKernels() {}

    public static void floats(
            long in, long weight, long bias, float epsilon, long out, long meanAt, long rstdAt, int n) {
        float mean = (float) (NormKernels.sum(in, n) / n);
        float rstd = (float) (1 / Math.sqrt(squaredDistance(in, mean, n) / n + epsilon));
        if (meanAt != 0) {
            setFloat(meanAt, mean);
        }
        if (rstdAt != 0) {
            setFloat(rstdAt, rstd);
        }
        normalize(in, out, mean, rstd, n);
        if (weight != 0) {
            NormKernels.weighted(out, weight, 0, out, 1, n);
        }
        if (bias != 0) {
            NormKernels.add(out, bias, out, n);
        }
    }

    private static double squaredDistance(long address, float mean, int n) {
        double sum = 0;
        for (int from = 0; from < n; from += NormKernels.BLOCK) {
            sum += distanceBlock(address + 4L * from, mean, Math.min(NormKernels.BLOCK, n - from));
        }
        return sum;
    }

    private static float distanceBlock(long address, float mean, int n) {
        long in = address & ADDRESS_MASK;
        FloatVector s0 = splat(0);
        FloatVector s1 = splat(0);
        int i = 0;
        for (; i <= n - 2 * COUNT; i += 2 * COUNT) {
            FloatVector x = load(in + 4L * i).sub(mean);
            FloatVector y = load(in + 4L * (i + COUNT)).sub(mean);
            s0 = x.fma(x, s0);
            s1 = y.fma(y, s1);
        }
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector x = load(in + 4L * i).sub(mean);
            s0 = x.fma(x, s0);
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector x = splat(0).blend(load(in + 4L * i, rest).sub(mean), rest);
            s1 = x.fma(x, s1);
        }
        return Lanes.sum(s0.add(s1));
    }

    private static void normalize(long from, long to, float mean, float rstd, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(out + 4L * i, load(in + 4L * i).sub(mean).mul(rstd));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            store(out + 4L * i, load(in + 4L * i, rest).sub(mean).mul(rstd), rest);
        }
    }

    public static void doubles(
            long in, long weight, long bias, float epsilon, long out, long meanAt, long rstdAt, int n) {
        double sum = 0;
        for (int i = 0; i < n; i++) {
            sum += getDouble(in + 8L * i);
        }
        double mean = sum / n;
        double squares = 0;
        for (int i = 0; i < n; i++) {
            double x = getDouble(in + 8L * i) - mean;
            squares += x * x;
        }
        double rstd = 1 / Math.sqrt(squares / n + epsilon);
        if (meanAt != 0) {
            setDouble(meanAt, mean);
        }
        if (rstdAt != 0) {
            setDouble(rstdAt, rstd);
        }
        for (int i = 0; i < n; i++) {
            double w = weight == 0 ? 1 : getDouble(weight + 8L * i);
            double b = bias == 0 ? 0 : getDouble(bias + 8L * i);
            setDouble(out + 8L * i, (getDouble(in + 8L * i) - mean) * rstd * w + b);
        }
    }
}
