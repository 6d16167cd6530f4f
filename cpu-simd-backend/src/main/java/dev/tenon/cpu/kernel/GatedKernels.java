package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.Activation;

/** Gated activations: operands gate, up, out. */
public final class GatedKernels {
    /** A tile that neither the loops over operands nor {@link ActivationTiles} use. */
    static final int TILE = 5;

    private GatedKernels() {}

    public static TileKernel of(Activation activation, Domain domain) {
        return domain == Domain.F32 ? floats(activation) : doubles(activation);
    }

    private static TileKernel floats(Activation activation) {
        return (at, count) -> {
            long value = Scratch.current().tile(TILE);
            for (int from = 0; from < count; from += Scratch.TILE) {
                int n = Math.min(Scratch.TILE, count - from);
                ActivationTiles.value(activation, at[0] + 4L * from, value, n);
                multiply(value, at[1] + 4L * from, at[2] + 4L * from, n);
            }
        };
    }

    /** {@code out = a b}. */
    static void multiply(long first, long second, long to, int n) {
        long a = first & ADDRESS_MASK;
        long b = second & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < n; i += Lanes.COUNT) {
            store(out + 4L * i, load(a + 4L * i).mul(load(b + 4L * i)));
        }
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
}
