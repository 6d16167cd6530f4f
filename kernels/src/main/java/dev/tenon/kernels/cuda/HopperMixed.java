package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.GemmOperands.Matrix;
import java.util.List;
import java.util.Optional;

/** Products of F32 by 16-bit weights on Hopper's warpgroups: gemm_mixed_hopper.h. */
final class HopperMixed {
    private static final String FILE = "gemm_mixed_hopper";
    private static final int STAGES = 3;
    /** Columns of a box of a weight whose lines run along n. */
    private static final int SLAB = 64;

    private static final int SHARED = STAGES * (LeftPlanes.PLANES + 1) * LeftPlanes.BOX
            + TransposedTiles.STAGING
            + 2 * STAGES * Long.BYTES
            + TransposedTiles.ALIGNMENT;

    private HopperMixed() {}

    /** Whether it is a product for these kernels, if it is large. */
    static boolean isFor(DType a, DType b) {
        return a == DType.F32 && (b == DType.BF16 || b == DType.F16);
    }

    /** Declined where these kernels do not apply. */
    static CudaPlan plan(GemmOperands operands, CudaTraits device) {
        Matrix a = operands.a();
        Matrix b = operands.b();
        boolean alongN = !b.isContiguousAlongRows();
        LeftPlanes left = new LeftPlanes(operands, 0);
        if (!a.isContiguousAlongColumns()) {
            return new Declined(
                    "rows of a are not contiguous, which a weight of another type needs on Hopper's kernels");
        }
        if (alongN && !b.isContiguousAlongColumns()) {
            return new Declined("b is contiguous along neither axis");
        }
        long stride = alongN ? b.rowStride() : b.columnStride();
        TensorMap weight = map(operands, alongN, stride);
        Optional<String> reason = TransposedTiles.whyNot(left, SHARED, device)
                .or(() -> TensorCoreMatmul.whyUnaligned(
                        "a", a, operands.m(), a.rowStride(), operands.batch(), 16 / Float.BYTES))
                .or(left.rowsMap()::problem)
                .or(weight::problem);
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        String type = operands.op().b().dtype() == DType.BF16 ? "_bf16" : "_f16";
        return TransposedTiles.plan(
                left,
                TransposedTiles.launch(
                        CudaKernel.hopper(FILE, FILE + type + (alongN ? "_n" : "_k")),
                        left,
                        new CudaArgument.Map(operands.op().b().buffer(), weight),
                        stride,
                        SHARED,
                        device));
    }

    private static TensorMap map(GemmOperands operands, boolean alongN, long stride) {
        long lines = alongN ? operands.k() : operands.n();
        long length = alongN ? operands.n() : operands.k();
        // One line has any stride; maps want multiples of 16.
        long lineBytes = lines == 1 ? Math.ceilDiv(length, 8L) * 16 : 2 * stride;
        return new TensorMap(
                TensorMap.Element.of(operands.op().b().dtype()),
                2 * operands.b().base(),
                List.of(length, lines, operands.batch()),
                List.of(
                        lineBytes,
                        operands.batch() == 1 ? lineBytes : 2 * operands.b().batchStride()),
                List.of(LeftPlanes.TERMS, alongN ? SLAB : TransposedTiles.COLUMNS, 1));
    }
}
