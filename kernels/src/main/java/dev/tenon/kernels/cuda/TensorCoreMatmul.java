package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.GemmOperands.Matrix;
import dev.tenon.op.Matmul;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/** Chooses the tensor-core kernel for a matmul, or says why none applies. */
public final class TensorCoreMatmul {
    /** The file of the kernels that multiply F32 by F32 as three TF32 products. */
    public static final String TF32 = "gemm_tf32";

    /** The file of those for sm_80 that round F32 operands to TF32, as only a user can ask for. */
    static final String TF32_ROUNDED = "gemm_tf32_rounded";

    /** Bytes that one access moves. */
    private static final int CHUNK = 16;

    private static final int MOST_ROWS = 8;
    private static final int STAGES = 4;
    private static final int TERMS = 32;

    private TensorCoreMatmul() {}

    /** Whether a kernel takes F32 operands as TF32 numbers, with 11 bits of their 24. */
    public static boolean isRounding(CudaKernel kernel) {
        return kernel.file().equals(TF32_ROUNDED) || HopperKernels.isCutting(kernel);
    }

    /**
     * @param op checked, on one device, whose buffers start on multiples of 16 bytes
     * @return launches that compute the whole operator, or why these kernels cannot
     */
    public static CudaPlan plan(Matmul op, CudaTraits device) {
        if (op.out().shape().elements() == 0) {
            return new CudaPlan.Launches(List.of(), List.of());
        }
        if (!device.hasTensorCores()) {
            return new Declined("compute capability " + device.major() + "." + device.minor() + " is before 8.0");
        }
        Optional<GemmOperands> operands = GemmOperands.of(op);
        if (operands.isEmpty()) {
            return new Declined("the batch's matrices do not follow each other with one stride");
        }
        return plan(operands.get(), device);
    }

    private static CudaPlan plan(GemmOperands operands, CudaTraits device) {
        Optional<String> general = whyNot(operands);
        if (general.isPresent()) {
            return new Declined(general.get());
        }
        DType a = operands.op().a().dtype();
        DType b = operands.op().b().dtype();
        boolean columns = operands.b().isContiguousAlongRows() || b.isQuantized();
        if (operands.m() <= MOST_ROWS && columns && operands.a().isContiguousAlongColumns()) {
            return RowsKernels.plan(operands);
        }
        if (b.isQuantized()) {
            return QuantizedKernels.plan(operands, device);
        }
        if (a == b) {
            return a != DType.F32
                    ? sixteenBits(operands, device)
                    : device.tf32() ? Tf32Kernels.rounded(operands, device) : Tf32Kernels.wide(operands, device);
        }
        if (a == DType.F32 || b == DType.F32) {
            return Tf32Kernels.mixed(operands, device);
        }
        return new Declined("there is no tensor-core kernel for " + a + " by " + b);
    }

    /** What no kernel here takes. */
    private static Optional<String> whyNot(GemmOperands operands) {
        if (operands.op().out().dtype() == DType.F64) {
            return Optional.of("tensor cores' sums here are F32, not F64");
        }
        if (operands.k() == 0) {
            return Optional.of("there is nothing to add up");
        }
        if (!operands.out().isContiguousAlongColumns() || !operands.residual().isContiguousAlongColumns()) {
            return Optional.of("the output or the residual is not contiguous along its last axis");
        }
        if (operands.batch() > CudaLaunch.MOST_BLOCKS_YZ) {
            return Optional.of("a batch of more than " + CudaLaunch.MOST_BLOCKS_YZ);
        }
        return Optional.empty();
    }

    private static CudaPlan sixteenBits(GemmOperands operands, CudaTraits device) {
        return aligned(operands, (letters, strides) -> {
            if (!device.isHopper()) {
                return warps(operands, letters, strides, device);
            }
            return hopperOr(
                    HopperKernels.plan(operands, letters, strides, device),
                    () -> warps(operands, letters, strides, device));
        });
    }

    /** Hopper's kernels, or those for sm_80 because of what Hopper's declined for. */
    static CudaPlan hopperOr(CudaPlan hopper, Supplier<CudaPlan> warps) {
        return switch (hopper) {
            case CudaPlan.Launches _ -> hopper;
            case Declined declined -> because(warps.get(), declined.reason());
        };
    }

    /** The same plan for a reason. */
    static CudaPlan because(CudaPlan plan, String reason) {
        return switch (plan) {
            case CudaPlan.Launches launches -> launches.because(reason);
            case Declined declined -> declined;
        };
    }

    private static CudaPlan warps(GemmOperands operands, String letters, Strides strides, CudaTraits device) {
        int tile = tile(operands, device);
        String file = operands.op().a().dtype() == DType.BF16 ? "gemm_bf16" : "gemm_f16";
        return tiles(
                operands,
                CudaKernel.ampere(file, file + letters + "_" + tile),
                strides,
                tile,
                tile,
                tile == 128 ? 256 : 128,
                STAGES * 2 * tile * TERMS * DType.BF16.blockBytes());
    }

    /** The strides of a's and b's lines. */
    record Strides(long a, long b) {}

    /** A kernel for how the operands lie, given as letters and strides, if 16-byte accesses serve. */
    static CudaPlan aligned(GemmOperands operands, BiFunction<String, Strides, CudaPlan> kernel) {
        int chunkA = CHUNK / operands.op().a().dtype().blockBytes();
        int chunkB = CHUNK / operands.op().b().dtype().blockBytes();
        Matrix a = operands.a();
        Matrix b = operands.b();
        boolean alongM = !a.isContiguousAlongColumns();
        boolean alongN = !b.isContiguousAlongRows();
        if (alongM && !a.isContiguousAlongRows() || alongN && !b.isContiguousAlongColumns()) {
            return new Declined("an operand is contiguous along neither axis");
        }
        Strides strides =
                new Strides(alongM ? a.columnStride() : a.rowStride(), alongN ? b.rowStride() : b.columnStride());
        Optional<String> reason = whyUnaligned(
                        "a", a, alongM ? a.columns() : a.rows(), strides.a(), operands.batch(), chunkA)
                .or(() -> whyUnaligned("b", b, alongN ? b.rows() : b.columns(), strides.b(), operands.batch(), chunkB));
        return reason.<CudaPlan>map(Declined::new)
                .orElseGet(() -> kernel.apply("_" + (alongM ? "m" : "k") + (alongN ? "n" : "k"), strides));
    }

    /** A launch with a block for each tile of the output, numbered along x, and the batch along y. */
    static CudaPlan tiles(
            GemmOperands operands,
            CudaKernel kernel,
            Strides strides,
            int rows,
            int columns,
            int threads,
            int sharedBytes) {
        long down = Math.ceilDiv(operands.m(), (long) rows);
        long across = Math.ceilDiv(operands.n(), (long) columns);
        // The kernel numbers tiles of a band of eight rows in 32 bits.
        if (across > Integer.MAX_VALUE / 8 || down > Integer.MAX_VALUE / across) {
            return new Declined("more tiles than a grid has blocks");
        }
        return CudaPlan.Launches.of(new CudaLaunch(
                kernel,
                arguments(operands, strides.a(), strides.b()),
                down * across,
                operands.batch(),
                1,
                threads,
                sharedBytes));
    }

    /** The larger tile reads operands half as often; it must give every multiprocessor work. */
    static int tile(GemmOperands operands, CudaTraits device) {
        long large = Math.ceilDiv(operands.m(), 128L) * Math.ceilDiv(operands.n(), 128L) * operands.batch();
        return large >= device.multiprocessors() ? 128 : 64;
    }

    /** Why 16-byte accesses, of so many elements, cannot serve an operand of so many contiguous lines. */
    static Optional<String> whyUnaligned(String name, Matrix matrix, long lines, long stride, long batch, int chunk) {
        if (matrix.base() % chunk != 0
                || lines > 1 && stride % chunk != 0
                || batch > 1 && matrix.batchStride() % chunk != 0) {
            return Optional.of("lines of " + name + " do not start on 16-byte addresses");
        }
        return Optional.empty();
    }

    /** a, b, bias, residual, out, {@code GemmShape}, scale; what is absent stands for itself as the output. */
    static List<CudaArgument> arguments(GemmOperands operands, long strideOfA, long strideOfB) {
        Matmul op = operands.op();
        Tensor bias = op.epilogue().bias() == null ? op.out() : op.epilogue().bias();
        Tensor residual =
                op.epilogue().residual() == null ? op.out() : op.epilogue().residual();
        return List.of(
                new CudaArgument.Memory(op.a().buffer()),
                new CudaArgument.Memory(op.b().buffer()),
                new CudaArgument.Memory(bias.buffer()),
                new CudaArgument.Memory(residual.buffer()),
                new CudaArgument.Memory(op.out().buffer()),
                new CudaArgument.Fields(operands.shape(strideOfA, strideOfB)),
                CudaArgument.of(op.epilogue().scale()));
    }
}
