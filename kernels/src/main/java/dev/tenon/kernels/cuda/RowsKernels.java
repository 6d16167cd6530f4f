package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import java.util.Locale;
import java.util.Optional;

/** One to eight rows by a weight whose columns are contiguous or quantized: rows.h. */
final class RowsKernels {
    private static final int THREADS = 128;
    private static final int COLUMNS = 4;
    /** Terms of a row that shared memory has at a time. */
    private static final int TERMS = 1024;

    private RowsKernels() {}

    static CudaPlan plan(GemmOperands operands) {
        DType a = operands.op().a().dtype();
        DType b = operands.op().b().dtype();
        long columnStride = operands.b().columnStride();
        Optional<String> reason = TensorCoreMatmul.whyUnaligned(
                "a", operands.a(), operands.m(), operands.a().rowStride(), operands.batch(), chunk(a));
        if (reason.isEmpty() && !b.isQuantized()) {
            reason = TensorCoreMatmul.whyUnaligned(
                    "b", operands.b(), operands.n(), columnStride, operands.batch(), chunk(b));
        }
        long blocks = Math.ceilDiv(operands.n(), (long) COLUMNS);
        if (reason.isEmpty() && blocks > Integer.MAX_VALUE) {
            reason = Optional.of("more columns than a grid has blocks");
        }
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        int rows = operands.m() == 1 ? 1 : operands.m() == 2 ? 2 : operands.m() <= 4 ? 4 : 8;
        String name = "rows_" + b.name().toLowerCase(Locale.ROOT) + "_" + rows;
        return CudaPlan.Launches.of(new CudaLaunch(
                CudaKernel.ampere(b.isQuantized() ? "rows_quant" : "rows_dense", name),
                TensorCoreMatmul.arguments(operands, operands.a().rowStride(), columnStride),
                blocks,
                operands.batch(),
                1,
                THREADS,
                rows * TERMS * Float.BYTES));
    }

    private static int chunk(DType type) {
        return 16 / type.blockBytes();
    }
}
