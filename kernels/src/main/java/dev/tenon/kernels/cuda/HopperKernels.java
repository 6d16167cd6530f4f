package dev.tenon.kernels.cuda;

import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.GemmOperands.Matrix;
import dev.tenon.kernels.cuda.TensorCoreMatmul.Strides;
import dev.tenon.op.Matmul;
import dev.tenon.spi.DeviceBuffer;
import java.util.List;
import java.util.Optional;

/** Products of 16-bit operands, and of F32 ones cut to TF32, on Hopper's warpgroups: gemm_hopper.h. */
final class HopperKernels {
    /** What files of the kernels that cut F32 operands to TF32 end with. */
    private static final String TF32 = "_tf32";

    private static final String FILE = "gemm_hopper";

    private static final int ROWS = 128;
    private static final int THREADS = 384;
    /** Bytes of a line of a stage. */
    private static final int LINE = 128;
    /** Lines of a box that lie across the terms, of 16-bit elements: a stage's terms. */
    private static final int LINES_ACROSS = 64;

    private static final int MULTIPLYING_WARPS = 8;
    private static final int STAGING = 2048;

    /** Blocks of a cluster: they share columns of b, and have rows of their own. */
    private static final int PAIR = 2;
    /** So many rows of tiles are worth one of zeros below them that makes their number even. */
    private static final int MANY_ROWS = 16;

    private HopperKernels() {}

    /** Whether a kernel cuts F32 operands to TF32. */
    static boolean isCutting(CudaKernel kernel) {
        return kernel.file().startsWith(FILE) && kernel.file().endsWith(TF32);
    }

    /** Declined where the kernels for sm_80 do as well or these do not apply; operands are aligned already. */
    static CudaPlan plan(GemmOperands operands, String letters, Strides strides, CudaTraits device) {
        TensorMap.Element element = TensorMap.Element.of(operands.op().a().dtype());
        if (element == TensorMap.Element.TF32 && !letters.equals("_kk")) {
            return new Declined("wgmma takes TF32 in lines along k alone");
        }
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
        int linesOfA = alongM ? LINES_ACROSS : ROWS;
        boolean inPairs = inPairs(down, tiles, device);
        int blocks = inPairs ? PAIR : 1;
        int linesOfB = alongN ? LINES_ACROSS : columns / blocks;
        TensorMap mapA = map(operands.a(), alongM, strides.a(), operands.batch(), element, linesOfA);
        TensorMap mapB = map(operands.b(), !alongN, strides.b(), operands.batch(), element, linesOfB);
        Optional<String> problem = mapA.problem().or(mapB::problem);
        if (problem.isPresent()) {
            return new Declined(problem.get());
        }
        Matmul op = operands.op();
        DeviceBuffer bias =
                (op.epilogue().bias() == null ? op.out() : op.epilogue().bias()).buffer();
        Tensor added = op.epilogue().residual();
        String file = FILE
                + (inPairs ? "_pair" : "")
                + switch (element) {
                    case F16 -> "_f16";
                    case BF16 -> "_bf16";
                    case TF32 -> TF32;
                };
        // Of a cluster's tiles; one cluster's blocks are as many.
        long rounds = inPairs ? blocks(operands, Math.ceilDiv(down, PAIR), columns) : tiles;
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
                        CudaArgument.of(rounds)),
                blocks * Math.min(rounds, device.multiprocessors() / blocks),
                1,
                1,
                THREADS,
                shared));
    }

    /**
     * Whether two blocks copy b's columns for both: where every multiprocessor has work, and no row of tiles is for nothing, or one of
     * many. Not measured.
     */
    private static boolean inPairs(long down, long tiles, CudaTraits device) {
        return device.clusters()
                && tiles >= device.multiprocessors()
                && device.multiprocessors() >= PAIR
                && (down % PAIR == 0 || down > MANY_ROWS);
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
    private static TensorMap map(
            Matrix matrix, boolean alongRows, long stride, long batch, TensorMap.Element element, int lines) {
        long length = alongRows ? matrix.rows() : matrix.columns();
        long count = alongRows ? matrix.columns() : matrix.rows();
        long lineBytes = wholeChunks(element.bytes() * (count == 1 ? length : stride));
        long batchBytes = batch == 1 ? lineBytes : element.bytes() * matrix.batchStride();
        return new TensorMap(
                element,
                element.bytes() * matrix.base(),
                List.of(length, count, batch),
                List.of(lineBytes, batchBytes),
                List.of(LINE / element.bytes(), lines, 1));
    }

    private static long wholeChunks(long bytes) {
        return Math.ceilDiv(bytes, 16L) * 16;
    }
}
