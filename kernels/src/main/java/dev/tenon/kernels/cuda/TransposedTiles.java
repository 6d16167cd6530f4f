package dev.tenon.kernels.cuda;

import dev.tenon.Tensor;
import dev.tenon.op.Matmul;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Tiles of 128 rows by 128 columns of Hopper's kernels with weights in registers: transposed_tile.h. */
final class TransposedTiles {
    static final int COLUMNS = 128;
    /** A warpgroup's sums of 32 rows by 64 columns, of two. */
    static final int STAGING = 2 * 32 * 64 * Float.BYTES;
    /** What stages start on a multiple of. */
    static final int ALIGNMENT = 1024;

    private static final int THREADS = 384;
    private static final long FEWEST_ROWS = 64;

    private TransposedTiles() {}

    static long count(GemmOperands operands) {
        return Math.ceilDiv(operands.m(), (long) LeftPlanes.ROWS)
                * Math.ceilDiv(operands.n(), (long) COLUMNS)
                * operands.batch();
    }

    /** Why the kernels for sm_80 do as well, or these do not apply. */
    static Optional<String> whyNot(LeftPlanes left, int sharedBytes, CudaTraits device) {
        GemmOperands operands = left.operands();
        long tiles = count(operands);
        if (operands.m() < FEWEST_ROWS) {
            return Optional.of("fewer than " + FEWEST_ROWS + " rows, half of what Hopper's tiles have");
        }
        if (tiles < device.multiprocessors() / 2) {
            return Optional.of(
                    tiles + " of Hopper's tiles, too few for " + device.multiprocessors() + " multiprocessors");
        }
        long longest = Math.max(operands.m(), Math.max(operands.n(), operands.k()));
        if (longest > Integer.MAX_VALUE - COLUMNS
                || Math.max(tiles, left.blocks()) > Integer.MAX_VALUE
                || LeftPlanes.PLANES * operands.batch() > Integer.MAX_VALUE) {
            return Optional.of("positions past what Hopper's copies number");
        }
        if (sharedBytes > device.sharedBytes()) {
            return Optional.of("Hopper's stages do not fit into shared memory");
        }
        return left.scratchBytes() > LeftPlanes.MOST_SCRATCH
                ? Optional.of("parts of a would take " + (left.scratchBytes() >> 20)
                        + " MiB of scratch memory on Hopper's kernels")
                : Optional.empty();
    }

    /**
     * The launch of a kernel of these.
     *
     * @param other the map of sums or of the weight
     * @param strideOfB as the kernel wants it
     */
    static CudaLaunch launch(
            CudaKernel kernel,
            LeftPlanes left,
            CudaArgument other,
            long strideOfB,
            int sharedBytes,
            CudaTraits device) {
        Matmul op = left.operands().op();
        Tensor bias = op.epilogue().bias() == null ? op.out() : op.epilogue().bias();
        Tensor residual =
                op.epilogue().residual() == null ? op.out() : op.epilogue().residual();
        long tiles = count(left.operands());
        return new CudaLaunch(
                kernel,
                List.of(
                        left.rows(),
                        other,
                        new CudaArgument.Memory(op.a().buffer()),
                        new CudaArgument.Memory(op.b().buffer()),
                        new CudaArgument.Memory(bias.buffer()),
                        new CudaArgument.Memory(residual.buffer()),
                        new CudaArgument.Memory(op.out().buffer()),
                        left.shape(strideOfB),
                        CudaArgument.of(op.epilogue().scale()),
                        CudaArgument.of(tiles)),
                Math.min(tiles, device.multiprocessors()),
                1,
                1,
                THREADS,
                sharedBytes);
    }

    /** The preparation of a, then the product. */
    static CudaPlan plan(LeftPlanes left, CudaLaunch product) {
        List<CudaLaunch> launches = new ArrayList<>(left.launches());
        launches.add(product);
        return new CudaPlan.Launches(List.copyOf(launches), left.scratch());
    }
}
