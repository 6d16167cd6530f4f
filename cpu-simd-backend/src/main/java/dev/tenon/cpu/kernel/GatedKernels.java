package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Activations;
import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.Activation;
import jdk.incubator.vector.FloatVector;

/** Gated activations: operands gate, up, out. */
public final class GatedKernels {
    private GatedKernels() {}

    public static TileKernel of(Activation activation, Domain domain) {
        return domain == Domain.F32 ? floats(activation) : doubles(activation);
    }

    private static TileKernel floats(Activation activation) {
        return switch (activation) {
            case NONE -> GatedKernels::none;
            case RELU -> GatedKernels::relu;
            case GELU -> GatedKernels::gelu;
            case GELU_TANH -> GatedKernels::geluTanh;
            case GELU_QUICK -> GatedKernels::geluQuick;
            case SILU -> GatedKernels::silu;
            case SIGMOID -> GatedKernels::sigmoid;
            case TANH -> GatedKernels::tanh;
        };
    }

    private static TileKernel doubles(Activation activation) {
        return switch (activation) {
            case NONE -> Scalar.map((double x, double up) -> x * up);
            case RELU -> Scalar.map((double x, double up) -> DoubleMath.relu(x) * up);
            case GELU -> Scalar.map((double x, double up) -> DoubleMath.gelu(x) * up);
            case GELU_TANH -> Scalar.map((double x, double up) -> DoubleMath.geluTanh(x) * up);
            case GELU_QUICK -> Scalar.map((double x, double up) -> DoubleMath.geluQuick(x) * up);
            case SILU -> Scalar.map((double x, double up) -> DoubleMath.silu(x) * up);
            case SIGMOID -> Scalar.map((double x, double up) -> DoubleMath.sigmoid(x) * up);
            case TANH -> Scalar.map((double x, double up) -> Math.tanh(x) * up);
        };
    }

    private static void none(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, x.mul(load(up + 4L * i)));
        }
    }

    private static void relu(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Activations.relu(x).mul(load(up + 4L * i)));
        }
    }

    private static void gelu(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Activations.gelu(x).mul(load(up + 4L * i)));
        }
    }

    private static void geluTanh(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Activations.geluTanh(x).mul(load(up + 4L * i)));
        }
    }

    private static void geluQuick(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Activations.geluQuick(x).mul(load(up + 4L * i)));
        }
    }

    private static void silu(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Activations.silu(x).mul(load(up + 4L * i)));
        }
    }

    private static void sigmoid(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Exponential.sigmoid(x).mul(load(up + 4L * i)));
        }
    }

    private static void tanh(long[] at, int count) {
        long gate = at[0] & ADDRESS_MASK;
        long up = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gate + 4L * i);
            store(out + 4L * i, Exponential.tanh(x).mul(load(up + 4L * i)));
        }
    }
}
