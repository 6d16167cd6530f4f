package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getDouble;
import static dev.tenon.cpu.OffHeap.setDouble;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.Activation;
import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.FloatVector;

/** Gradients of gated activations: operands gate, up, gradOut, gradGate, gradUp. */
public final class GatedBackwardKernels {
    /** A tile that nothing else here uses. */
    private static final int SLOPES = 7;

    private GatedBackwardKernels() {}

    public static TileKernel of(Activation activation, Domain domain) {
        return domain == Domain.F32 ? floats(activation) : doubles(activation);
    }

    private static TileKernel floats(Activation activation) {
        return (at, count) -> {
            Scratch scratch = Scratch.current();
            long value = scratch.tile(GatedKernels.TILE);
            long slope = scratch.tile(SLOPES);
            for (int from = 0; from < count; from += Scratch.TILE) {
                int n = Math.min(Scratch.TILE, count - from);
                long offset = 4L * from;
                ActivationTiles.value(activation, at[0] + offset, value, n);
                ActivationTiles.slope(activation, at[0] + offset, slope, n);
                gradients(value, slope, at[1] + offset, at[2] + offset, at[3] + offset, at[4] + offset, n);
            }
        };
    }

    private static void gradients(long values, long slopes, long ups, long grads, long gradGates, long gradUps, int n) {
        long value = values & ADDRESS_MASK;
        long slope = slopes & ADDRESS_MASK;
        long up = ups & ADDRESS_MASK;
        long grad = grads & ADDRESS_MASK;
        long gradGate = gradGates & ADDRESS_MASK;
        long gradUp = gradUps & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            FloatVector g = load(grad + 4L * i);
            FloatVector u = load(up + 4L * i);
            store(gradGate + 4L * i, g.mul(u).mul(load(slope + 4L * i)));
            store(gradUp + 4L * i, g.mul(load(value + 4L * i)));
        }
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
}
