package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/**
 * Rows of the normalizations' gradients. With the normalized row {@code h} and {@code u = g (w + offset)} the input's
 * gradient is {@code rstd (u - mean(u) - h mean(u h))}, without the middle term for RMS norm; {@code g h} goes to the
 * weight's sums and {@code g} to the bias's. An address of 0 is an absent operand.
 */
public final class NormBackwardKernels {
    private NormBackwardKernels() {}

    public static void layerFloats(
            long grad,
            long in,
            long weight,
            long meanAt,
            long rstdAt,
            long out,
            long weightSums,
            long biasSums,
            int n) {
        float mean = getFloat(meanAt);
        float rstd = getFloat(rstdAt);
        if (weightSums != 0) {
            addProducts(grad, in, mean, rstd, weightSums, n);
        }
        if (biasSums != 0) {
            NormKernels.add(grad, biasSums, biasSums, n);
        }
        float meanU = (float) (sumU(grad, weight, 0, n) / n);
        float meanUh = (float) (sumUh(grad, in, mean, rstd, weight, 0, n) / n);
        gradient(grad, in, mean, rstd, weight, 0, meanU, meanUh, out, n);
    }

    public static void rmsFloats(
            long grad, long in, long weight, float offset, long rstdAt, long other, long out, long weightSums, int n) {
        float rstd = getFloat(rstdAt);
        if (weightSums != 0) {
            addProducts(grad, in, 0, rstd, weightSums, n);
        }
        float meanUh = (float) (sumUh(grad, in, 0, rstd, weight, offset, n) / n);
        if (other != 0) {
            gradientAnd(grad, in, rstd, weight, offset, meanUh, other, out, n);
        } else {
            gradient(grad, in, 0, rstd, weight, offset, 0, meanUh, out, n);
        }
    }

    private static FloatVector u(FloatVector g, long weight, float offset, int i, VectorMask<Float> lanes) {
        return weight == 0
                ? g
                : g.mul(load((weight & ADDRESS_MASK) + 4L * i, lanes).add(offset));
    }

    private static FloatVector u(FloatVector g, long weight, float offset, int i) {
        return weight == 0 ? g : g.mul(load((weight & ADDRESS_MASK) + 4L * i).add(offset));
    }

    /** {@code sums += g h}. */
    private static void addProducts(long grads, long ins, float mean, float rstd, long sumsAt, int n) {
        long grad = grads & ADDRESS_MASK;
        long in = ins & ADDRESS_MASK;
        long sums = sumsAt & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector h = load(in + 4L * i).sub(mean).mul(rstd);
            store(sums + 4L * i, h.fma(load(grad + 4L * i), load(sums + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector h = load(in + 4L * i, rest).sub(mean).mul(rstd);
            store(sums + 4L * i, h.fma(load(grad + 4L * i, rest), load(sums + 4L * i, rest)), rest);
        }
    }

    private static double sumU(long grads, long weight, float offset, int n) {
        if (weight == 0) {
            return NormKernels.sum(grads, n);
        }
        long grad = grads & ADDRESS_MASK;
        double sum = 0;
        for (int from = 0; from < n; from += NormKernels.BLOCK) {
            int end = Math.min(n, from + NormKernels.BLOCK);
            FloatVector s = splat(0);
            int i = from;
            for (; i <= end - COUNT; i += COUNT) {
                s = s.add(u(load(grad + 4L * i), weight, offset, i));
            }
            if (i < end) {
                VectorMask<Float> rest = Lanes.first(end - i);
                s = s.add(u(load(grad + 4L * i, rest), weight, offset, i, rest));
            }
            sum += Lanes.sum(s);
        }
        return sum;
    }

    private static double sumUh(long grads, long ins, float mean, float rstd, long weight, float offset, int n) {
        long grad = grads & ADDRESS_MASK;
        long in = ins & ADDRESS_MASK;
        double sum = 0;
        for (int from = 0; from < n; from += NormKernels.BLOCK) {
            int end = Math.min(n, from + NormKernels.BLOCK);
            FloatVector s = splat(0);
            int i = from;
            for (; i <= end - COUNT; i += COUNT) {
                FloatVector h = load(in + 4L * i).sub(mean).mul(rstd);
                s = u(load(grad + 4L * i), weight, offset, i).fma(h, s);
            }
            if (i < end) {
                VectorMask<Float> rest = Lanes.first(end - i);
                FloatVector h = load(in + 4L * i, rest).sub(mean).mul(rstd);
                s = u(load(grad + 4L * i, rest), weight, offset, i, rest).fma(h, s);
            }
            sum += Lanes.sum(s);
        }
        return sum;
    }

    private static void gradient(
            long grads,
            long ins,
            float mean,
            float rstd,
            long weight,
            float offset,
            float meanU,
            float meanUh,
            long outs,
            int n) {
        long grad = grads & ADDRESS_MASK;
        long in = ins & ADDRESS_MASK;
        long out = outs & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector h = load(in + 4L * i).sub(mean).mul(rstd);
            FloatVector u = u(load(grad + 4L * i), weight, offset, i);
            store(out + 4L * i, u.sub(meanU).sub(h.mul(meanUh)).mul(rstd));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector h = load(in + 4L * i, rest).sub(mean).mul(rstd);
            FloatVector u = u(load(grad + 4L * i, rest), weight, offset, i, rest);
            store(out + 4L * i, u.sub(meanU).sub(h.mul(meanUh)).mul(rstd), rest);
        }
    }

    /** RMS norm's, plus what reaches the sum by other ways. */
    private static void gradientAnd(
            long grads, long ins, float rstd, long weight, float offset, float meanUh, long others, long outs, int n) {
        long grad = grads & ADDRESS_MASK;
        long in = ins & ADDRESS_MASK;
        long other = others & ADDRESS_MASK;
        long out = outs & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            FloatVector h = load(in + 4L * i).mul(rstd);
            FloatVector u = u(load(grad + 4L * i), weight, offset, i);
            store(out + 4L * i, u.sub(h.mul(meanUh)).mul(rstd).add(load(other + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector h = load(in + 4L * i, rest).mul(rstd);
            FloatVector u = u(load(grad + 4L * i, rest), weight, offset, i, rest);
            store(out + 4L * i, u.sub(h.mul(meanUh)).mul(rstd).add(load(other + 4L * i, rest)), rest);
        }
    }

    // F64

    public static void layerDoubles(
            long grad,
            long in,
            long weight,
            long meanAt,
            long rstdAt,
            long out,
            long weightSums,
            long biasSums,
            int n) {
        double mean = getDouble(meanAt);
        double rstd = getDouble(rstdAt);
        doubles(grad, in, weight, 0, mean, rstd, true, 0, out, weightSums, biasSums, n);
    }

    public static void rmsDoubles(
            long grad, long in, long weight, float offset, long rstdAt, long other, long out, long weightSums, int n) {
        doubles(grad, in, weight, offset, 0, getDouble(rstdAt), false, other, out, weightSums, 0, n);
    }

    private static void doubles(
            long grad,
            long in,
            long weight,
            double offset,
            double mean,
            double rstd,
            boolean centred,
            long other,
            long out,
            long weightSums,
            long biasSums,
            int n) {
        double sumU = 0;
        double sumUh = 0;
        for (int i = 0; i < n; i++) {
            double g = getDouble(grad + 8L * i);
            double h = (getDouble(in + 8L * i) - mean) * rstd;
            double u = weight == 0 ? g : g * (getDouble(weight + 8L * i) + offset);
            sumU += u;
            sumUh += u * h;
            if (weightSums != 0) {
                setDouble(weightSums + 8L * i, getDouble(weightSums + 8L * i) + g * h);
            }
            if (biasSums != 0) {
                setDouble(biasSums + 8L * i, getDouble(biasSums + 8L * i) + g);
            }
        }
        double meanU = centred ? sumU / n : 0;
        double meanUh = sumUh / n;
        for (int i = 0; i < n; i++) {
            double g = getDouble(grad + 8L * i);
            double h = (getDouble(in + 8L * i) - mean) * rstd;
            double u = weight == 0 ? g : g * (getDouble(weight + 8L * i) + offset);
            double more = other == 0 ? 0 : getDouble(other + 8L * i);
            setDouble(out + 8L * i, rstd * (u - meanU - h * meanUh) + more);
        }
    }
}
