package dev.tenon.cpu.kernel;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.op.Activation;

/** Steps of a matmul's epilogue on contiguous F32, in place. */
public final class EpilogueKernels {
    /** A tile that {@link ActivationTiles} does not use. */
    private static final int TILE = 5;

    private EpilogueKernels() {}

    public static void scale(long values, float factor, int n) {
        NormKernels.scaled(values, values, factor, n);
    }

    public static void add(long values, long other, int n) {
        NormKernels.add(values, other, values, n);
    }

    /** @param n at most {@link Scratch#TILE} */
    public static void activate(Activation activation, long values, int n) {
        int whole = n - n % Lanes.COUNT;
        if (whole > 0) {
            ActivationTiles.value(activation, values, values, whole);
        }
        if (whole < n) {
            // The last few go through a tile: what lies behind them is not ours.
            long tile = Scratch.current().tile(TILE);
            long rest = values + 4L * whole;
            OffHeap.copy(rest, tile, 4L * (n - whole));
            ActivationTiles.value(activation, tile, tile, Lanes.COUNT);
            OffHeap.copy(tile, rest, 4L * (n - whole));
        }
    }
}
