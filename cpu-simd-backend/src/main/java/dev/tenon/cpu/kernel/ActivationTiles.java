package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Activations;
import dev.tenon.cpu.math.ErrorFunction;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.math.Logarithm;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.op.Activation;
import jdk.incubator.vector.FloatVector;

/**
 * Activations and their derivatives over tiles of at most {@link Scratch#TILE} elements, whole vectors. A function of more
 * than some forty vector operations is two loops with an intermediate tile: more do not fit into what C2 inlines, and
 * vectors would be boxed.
 */
final class ActivationTiles {
    /** A tile that the loops over operands do not use. */
    private static final int TILE = 6;

    private ActivationTiles() {}

    /** {@code out = activation(in)}; both may be the same. */
    static void value(Activation activation, long in, long out, int n) {
        switch (activation) {
            case NONE -> MoveKernels.copyF32(in, out, n);
            case RELU -> relu(in, out, n);
            case GELU -> gelu(in, out, n);
            case GELU_TANH -> geluTanh(in, out, n);
            case GELU_QUICK -> geluQuick(in, out, n);
            case SILU -> silu(in, out, n);
            case SIGMOID -> sigmoid(in, out, n);
            case TANH -> tanh(in, out, n);
        }
    }

    /** {@code out = activation'(in)}; both may be the same. */
    static void slope(Activation activation, long in, long out, int n) {
        switch (activation) {
            case NONE -> MoveKernels.fillF32(out, 1, n);
            case RELU -> reluSlope(in, out, n);
            case GELU -> geluSlope(in, out, n);
            case GELU_TANH -> geluTanhSlope(in, out, n);
            case GELU_QUICK -> geluQuickSlope(in, out, n);
            case SILU -> siluSlope(in, out, n);
            case SIGMOID -> sigmoidSlope(in, out, n);
            case TANH -> tanhSlope(in, out, n);
        }
    }

    private static long middle() {
        return Scratch.current().tile(TILE);
    }

    static void gelu(long in, long out, int n) {
        long middle = middle();
        gaussian(in, middle, n);
        geluOf(in, middle, out, n);
    }

    static void geluSlope(long in, long out, int n) {
        long middle = middle();
        gaussian(in, middle, n);
        geluSlopeOf(in, middle, out, n);
    }

    static void geluTanhSlope(long in, long out, int n) {
        long middle = middle();
        tanhDecay(in, middle, n);
        geluTanhSlopeOf(in, middle, out, n);
    }

    static void geluQuickSlope(long in, long out, int n) {
        long middle = middle();
        quickDecay(in, middle, n);
        geluQuickSlopeOf(in, middle, out, n);
    }

    static void siluSlope(long in, long out, int n) {
        long middle = middle();
        decay(in, middle, n);
        siluSlopeOf(in, middle, out, n);
    }

    static void softplus(long in, long out, int n) {
        long middle = middle();
        decay(in, middle, n);
        log1p(middle, n);
        softplusOf(in, middle, out, n);
    }

    static void erf(long in, long out, int n) {
        long middle = middle();
        squareDecay(in, middle, n);
        erfOf(in, middle, out, n);
    }

    private static void relu(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.relu(x));
        }
    }

    private static void geluTanh(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.geluTanh(x));
        }
    }

    private static void geluQuick(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.geluQuick(x));
        }
    }

    private static void silu(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.silu(x));
        }
    }

    private static void sigmoid(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.sigmoid(x));
        }
    }

    private static void tanh(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.tanh(x));
        }
    }

    private static void reluSlope(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.reluSlope(x));
        }
    }

    private static void sigmoidSlope(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.sigmoidSlope(x));
        }
    }

    private static void tanhSlope(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.tanhSlope(x));
        }
    }

    private static void gaussian(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, ErrorFunction.gaussian(x));
        }
    }

    private static void decay(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.decay(x));
        }
    }

    private static void tanhDecay(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.decay(Activations.tanhArgument(x)));
        }
    }

    private static void quickDecay(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.decay(Activations.quickArgument(x)));
        }
    }

    private static void squareDecay(long from, long to, int n) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.exp(x.mul(x).neg()));
        }
    }

    private static void geluOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector e = load(mid + 4L * i);
            store(out + 4L * i, Activations.gelu(x, e));
        }
    }

    private static void geluSlopeOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector e = load(mid + 4L * i);
            store(out + 4L * i, Activations.geluSlope(x, e));
        }
    }

    private static void geluTanhSlopeOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector e = load(mid + 4L * i);
            store(out + 4L * i, Activations.geluTanhSlope(x, e));
        }
    }

    private static void geluQuickSlopeOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector e = load(mid + 4L * i);
            store(out + 4L * i, Activations.geluQuickSlope(x, e));
        }
    }

    private static void siluSlopeOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector e = load(mid + 4L * i);
            store(out + 4L * i, Activations.siluSlope(x, e));
        }
    }

    private static void log1p(long middle, int n) {
        long mid = middle & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector e = load(mid + 4L * i);
            store(mid + 4L * i, Logarithm.log1p(e));
        }
    }

    private static void softplusOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector rest = load(mid + 4L * i);
            store(out + 4L * i, Activations.softplus(x, rest));
        }
    }

    private static void erfOf(long from, long middle, long to, int n) {
        long in = from & ADDRESS_MASK;
        long mid = middle & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector e = load(mid + 4L * i);
            store(out + 4L * i, ErrorFunction.erf(x, e));
        }
    }
}
