package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.GemmOperands.Matrix;
import dev.tenon.kernels.cuda.TensorCoreMatmul.Strides;
import dev.tenon.op.Matmul;
import dev.tenon.spi.DeviceBuffer;
import java.util.List;
import java.util.Optional;

/** Products of 16-bit operands on Hopper's warpgroups: gemm_hopper.h. */
final class HopperKernels {
    private static final int ROWS = 128;
    private static final int TERMS = 64;
    private static final int THREADS = 384;
    /** Bytes of a line of {@link #TERMS} elements. */
    private static final int LINE = 128;

    private static final int MULTIPLYING_WARPS = 8;
    private static final int STAGING = 2048;

    private HopperKernels() {}

    /** Declined where the kernels for sm_80 do as well or these do not apply; operands are aligned already. */
    static CudaPlan plan(GemmOperands operands, String letters, Strides strides, CudaTraits device) {
        if (letters.equals("_mk")) {
            return new Declined("Hopper's kernels do not take a along m with b along k");
        }
        long down = Math.ceilDiv(operands.m(), (long) ROWS);
        int columns = blocks(operands, down, 256) >= device.multiprocessors() ? 256 : 128;
        long tiles = blocks(operands, down, columns);
        if (tiles < device.multiprocessors() / 2) {
            return new Declined(
                    tiles + " of Hopper's tiles, too few for " + device.multiprocessors() + " multiprocessors");
        }
        if (tiles > Integer.MAX_VALUE || !addressable(operands)) {
            return new Declined("positions past what Hopper's copies number");
        }
        int stages = columns == 256 ? 4 : 6;
        int shared = stages * (ROWS + columns) * LINE
                + MULTIPLYING_WARPS * STAGING
                + 2 * stages * Long.BYTES
                + 1024; // stages start on a multiple of it
        if (shared > device.sharedBytes()) {
            return new Declined("Hopper's stages do not fit into shared memory");
        }
        boolean alongM = letters.charAt(1) == 'm';
        boolean alongN = letters.charAt(2) == 'n';
        boolean bf16 = operands.op().a().dtype() == DType.BF16;
        TensorMap mapA = map(operands.a(), alongM, strides.a(), operands.batch(), bf16, alongM ? TERMS : ROWS);
        TensorMap mapB = map(operands.b(), !alongN, strides.b(), operands.batch(), bf16, alongN ? TERMS : columns);
        Optional<String> problem = mapA.problem().or(mapB::problem);
        if (problem.isPresent()) {
            return new Declined(problem.get());
        }
        Matmul op = operands.op();
        DeviceBuffer bias =
                (op.epilogue().bias() == null ? op.out() : op.epilogue().bias()).buffer();
        Tensor added = op.epilogue().residual();
        String file = bf16 ? "gemm_hopper_bf16" : "gemm_hopper_f16";
        return CudaPlan.Launches.of(new CudaLaunch(
                CudaKernel.hopper(file, file + letters + "_" + columns),
                List.of(
                        new CudaArgument.Map(op.a().buffer(), mapA),
                        new CudaArgument.Map(op.b().buffer(), mapB),
                        new CudaArgument.Memory(bias),
                        new CudaArgument.Memory((added == null ? op.out() : added).buffer()),
                        new CudaArgument.Memory(op.out().buffer()),
                        new CudaArgument.Fields(operands.shape(strides.a(), strides.b())),
                        CudaArgument.of(op.epilogue().scale()),
                        CudaArgument.of(tiles)),
                Math.min(tiles, device.multiprocessors()),
                1,
                1,
                THREADS,
                shared));
    }

    private static long blocks(GemmOperands operands, long down, int columns) {
        return down * Math.ceilDiv(operands.n(), (long) columns) * operands.batch();
    }

    /** Whether coordinates fit into 32 bits. */
    private static boolean addressable(GemmOperands operands) {
        return Math.max(operands.m(), Math.max(operands.n(), operands.k())) <= Integer.MAX_VALUE - 256;
    }

    /**
     * @param alongRows whether neighbours along the matrix's rows axis are neighbours in memory
     * @param lines of a box
     */
    private static TensorMap map(Matrix matrix, boolean alongRows, long stride, long batch, boolean bf16, int lines) {
        long length = alongRows ? matrix.rows() : matrix.columns();
        long count = alongRows ? matrix.columns() : matrix.rows();
        long lineBytes = wholeChunks(2 * (count == 1 ? length : stride));
        long batchBytes = batch == 1 ? lineBytes : 2 * matrix.batchStride();
        return new TensorMap(
                bf16,
                2 * matrix.base(),
                List.of(length, count, batch),
                List.of(lineBytes, batchBytes),
                List.of(TERMS, lines, 1));
    }

    private static long wholeChunks(long bytes) {
        return Math.ceilDiv(bytes, 16L) * 16;
    }
}
