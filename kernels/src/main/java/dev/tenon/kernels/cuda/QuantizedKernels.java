package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.TensorCoreMatmul.Strides;
import java.util.Locale;
import java.util.Optional;

/** Tiles of products with quantized weights: gemm_quant.h. */
final class QuantizedKernels {
    private static final int ROWS = 128;
    private static final int COLUMNS = 64;
    private static final int TERMS = 32;
    private static final int STAGES = 3;
    private static final int THREADS = 256;

    private QuantizedKernels() {}

    static CudaPlan plan(GemmOperands operands, CudaTraits device) {
        DType a = operands.op().a().dtype();
        if (!operands.a().isContiguousAlongColumns()) {
            return new Declined("rows of a are not contiguous, which a quantized weight needs");
        }
        Strides strides = new Strides(operands.a().rowStride(), operands.b().columnStride());
        Optional<String> reason = TensorCoreMatmul.whyUnaligned(
                "a", operands.a(), operands.m(), strides.a(), operands.batch(), 16 / a.blockBytes());
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        if (!device.isHopper()) {
            return warps(operands, strides);
        }
        return TensorCoreMatmul.hopperOr(HopperQuantized.plan(operands, device), () -> warps(operands, strides));
    }

    private static CudaPlan warps(GemmOperands operands, Strides strides) {
        DType a = operands.op().a().dtype();
        String left = a.name().toLowerCase(Locale.ROOT);
        String weight = operands.op().b().dtype().name().toLowerCase(Locale.ROOT);
        return TensorCoreMatmul.tiles(
                operands,
                CudaKernel.ampere("gemm_quant_" + left, "gemm_" + left + "_" + weight),
                strides,
                ROWS,
                COLUMNS,
                THREADS,
                sharedBytes(a));
    }

    /** Stages of a; two tiles of the weight's numbers, each with two rows of F32 scales; or the sums at the end. */
    private static int sharedBytes(DType a) {
        int operands = STAGES * ROWS * TERMS * a.blockBytes()
                + 2 * COLUMNS * TERMS * DType.F16.blockBytes()
                + 2 * 2 * COLUMNS * Float.BYTES;
        return Math.max(operands, ROWS * COLUMNS * Float.BYTES);
    }
}
