package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import java.util.Locale;

/** Tiles of products that have an operand of F32, on TF32: gemm_tf32.h. */
final class Tf32Kernels {
    private static final int TERMS = 32;
    private static final int STAGES = 3;

    private Tf32Kernels() {}

    /** F32 by F32 to F32's precision. */
    static CudaPlan wide(GemmOperands operands, CudaTraits device) {
        if (!device.hasFastTf32()) {
            return new Declined("three TF32 products are not faster than F32 on compute capability " + device.major()
                    + "." + device.minor());
        }
        return TensorCoreMatmul.aligned(
                operands, (letters, strides) -> tiles(operands, TensorCoreMatmul.TF32, letters, strides, device));
    }

    /** F32 by F32, each rounded to TF32, or cut on Hopper's warpgroups. */
    static CudaPlan rounded(GemmOperands operands, CudaTraits device) {
        return TensorCoreMatmul.aligned(operands, (letters, strides) -> {
            String reason = "operands are rounded to TF32, as asked for";
            CudaPlan warps = tiles(operands, TensorCoreMatmul.TF32_ROUNDED, letters, strides, device);
            if (!device.isHopper()) {
                return TensorCoreMatmul.because(warps, reason);
            }
            CudaPlan hopper = HopperKernels.plan(operands, letters, strides, device);
            return switch (hopper) {
                case CudaPlan.Launches _ -> TensorCoreMatmul.because(hopper, "operands are cut to TF32, as asked for");
                case Declined declined -> TensorCoreMatmul.because(warps, reason + "; " + declined.reason());
            };
        });
    }

    /** F32 by 16 bits or the reverse, on Hopper's warpgroups where their kernels apply. */
    static CudaPlan mixed(GemmOperands operands, CudaTraits device) {
        if (!device.isHopper()
                || !HopperMixed.isFor(
                        operands.op().a().dtype(), operands.op().b().dtype())) {
            return mixedByWarps(operands, device);
        }
        return TensorCoreMatmul.hopperOr(HopperMixed.plan(operands, device), () -> mixedByWarps(operands, device));
    }

    private static CudaPlan mixedByWarps(GemmOperands operands, CudaTraits device) {
        if (!operands.a().isContiguousAlongColumns()) {
            return new Declined("rows of a are not contiguous, which operands of two types need");
        }
        String file = "gemm_" + name(operands.op().a().dtype()) + "_"
                + name(operands.op().b().dtype());
        return TensorCoreMatmul.aligned(
                operands, (letters, strides) -> tiles(operands, file, letters, strides, device));
    }

    private static String name(DType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    private static CudaPlan tiles(
            GemmOperands operands, String file, String letters, TensorCoreMatmul.Strides strides, CudaTraits device) {
        int tile = TensorCoreMatmul.tile(operands, device);
        int bytes = operands.op().a().dtype().blockBytes()
                + operands.op().b().dtype().blockBytes();
        return TensorCoreMatmul.tiles(
                operands,
                CudaKernel.ampere(file, file + letters + "_" + tile),
                strides,
                tile,
                tile,
                2 * tile,
                STAGES * tile * TERMS * bytes);
    }
}
