package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Activations;
import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.Activation;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;

/** Gradients of gated activations: operands gate, up, gradOut, gradGate, gradUp. */
public final class GatedBackwardKernels {
    private GatedBackwardKernels() {}

    public static TileKernel of(Activation activation, Domain domain) {
        return domain == Domain.F32 ? floats(activation) : doubles(activation);
    }

    private static TileKernel floats(Activation activation) {
        return switch (activation) {
            case NONE -> GatedBackwardKernels::none;
            case RELU -> GatedBackwardKernels::relu;
            case GELU -> GatedBackwardKernels::gelu;
            case GELU_TANH -> GatedBackwardKernels::geluTanh;
            case GELU_QUICK -> GatedBackwardKernels::geluQuick;
            case SILU -> GatedBackwardKernels::silu;
            case SIGMOID -> GatedBackwardKernels::sigmoid;
            case TANH -> GatedBackwardKernels::tanh;
        };
    }

    private static TileKernel doubles(Activation activation) {
        return switch (activation) {
            case NONE -> doubles(x -> x, x -> 1);
            case RELU -> doubles(DoubleMath::relu, x -> x > 0 ? 1 : 0);
            case GELU -> doubles(DoubleMath::gelu, DoubleMath::geluSlope);
            case GELU_TANH -> doubles(DoubleMath::geluTanh, DoubleMath::geluTanhSlope);
            case GELU_QUICK -> doubles(DoubleMath::geluQuick, DoubleMath::geluQuickSlope);
            case SILU -> doubles(DoubleMath::silu, DoubleMath::siluSlope);
            case SIGMOID -> doubles(DoubleMath::sigmoid, DoubleMath::sigmoidSlope);
            case TANH -> doubles(Math::tanh, x -> 4 * DoubleMath.sigmoidSlope(2 * x));
        };
    }

    private static TileKernel doubles(DoubleUnaryOperator activation, DoubleUnaryOperator slope) {
        return (at, count) -> {
            for (int i = 0; i < count; i++) {
                double x = getDouble(at[0] + 8L * i);
                double up = getDouble(at[1] + 8L * i);
                double g = getDouble(at[2] + 8L * i);
                setDouble(at[3] + 8L * i, g * up * slope.applyAsDouble(x));
                setDouble(at[4] + 8L * i, g * activation.applyAsDouble(x));
            }
        };
    }

    private static void none(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up));
            store(gradUp + 4L * i, g.mul(x));
        }
    }

    private static void relu(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Activations.reluSlope(x)));
            store(gradUp + 4L * i, g.mul(Activations.relu(x)));
        }
    }

    private static void gelu(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Activations.geluSlope(x)));
            store(gradUp + 4L * i, g.mul(Activations.gelu(x)));
        }
    }

    private static void geluTanh(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Activations.geluTanhSlope(x)));
            store(gradUp + 4L * i, g.mul(Activations.geluTanh(x)));
        }
    }

    private static void geluQuick(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Activations.geluQuickSlope(x)));
            store(gradUp + 4L * i, g.mul(Activations.geluQuick(x)));
        }
    }

    private static void silu(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Activations.siluSlope(x)));
            store(gradUp + 4L * i, g.mul(Activations.silu(x)));
        }
    }

    private static void sigmoid(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Exponential.sigmoidSlope(x)));
            store(gradUp + 4L * i, g.mul(Exponential.sigmoid(x)));
        }
    }

    private static void tanh(long[] at, int count) {
        long gates = at[0] & ADDRESS_MASK;
        long ups = at[1] & ADDRESS_MASK;
        long grads = at[2] & ADDRESS_MASK;
        long gradGate = at[3] & ADDRESS_MASK;
        long gradUp = at[4] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(gates + 4L * i);
            FloatVector up = load(ups + 4L * i);
            FloatVector g = load(grads + 4L * i);
            store(gradGate + 4L * i, g.mul(up).mul(Exponential.tanhSlope(x)));
            store(gradUp + 4L * i, g.mul(Exponential.tanh(x)));
        }
    }
}
