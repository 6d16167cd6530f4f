package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.math.Lanes.COUNT;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Activations;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.op.Activation;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;

/** Steps of a matmul's epilogue on contiguous F32, in place. */
public final class EpilogueKernels {
    private EpilogueKernels() {}

    public static void scale(long values, float factor, int n) {
        NormKernels.scaled(values, values, factor, n);
    }

    public static void add(long values, long other, int n) {
        NormKernels.add(values, other, values, n);
    }

    public static void activate(Activation activation, long values, int n) {
        switch (activation) {
            case NONE -> {}
            case RELU -> relu(values, n);
            case GELU -> gelu(values, n);
            case GELU_TANH -> geluTanh(values, n);
            case GELU_QUICK -> geluQuick(values, n);
            case SILU -> silu(values, n);
            case SIGMOID -> sigmoid(values, n);
            case TANH -> tanh(values, n);
        }
    }

    private static void relu(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Activations.relu(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Activations.relu(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }

    private static void gelu(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Activations.gelu(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Activations.gelu(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }

    private static void geluTanh(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Activations.geluTanh(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Activations.geluTanh(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }

    private static void geluQuick(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Activations.geluQuick(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Activations.geluQuick(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }

    private static void silu(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Activations.silu(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Activations.silu(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }

    private static void sigmoid(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Exponential.sigmoid(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Exponential.sigmoid(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }

    private static void tanh(long values, int n) {
        long x = values & ADDRESS_MASK;
        int i = 0;
        for (; i <= n - COUNT; i += COUNT) {
            store(x + 4L * i, Exponential.tanh(load(x + 4L * i)));
        }
        if (i < n) {
            VectorMask<Float> rest = Lanes.first(n - i);
            FloatVector value = Exponential.tanh(load(x + 4L * i, rest));
            store(x + 4L * i, value, rest);
        }
    }
}
