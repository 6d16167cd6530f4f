package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import java.util.Locale;
import java.util.Optional;

/** Products with quantized weights on Hopper's warpgroups: gemm_quant_hopper.h. */
final class HopperQuantized {
    private static final String FILE = "gemm_quant_hopper_";
    /** Of a. */
    private static final int BOXES = 6;

    private static final int SUMS = 2;
    private static final int WEIGHTS = 3;
    /** The larger blocks fill a stage; of the others it has as many. */
    private static final int SMALL_BLOCKS = 4;

    private HopperQuantized() {}

    /** Declined where the kernels for sm_80 do as well or these do not apply; a's rows are contiguous and aligned. */
    static CudaPlan plan(GemmOperands operands, CudaTraits device) {
        DType weight = operands.op().b().dtype();
        LeftPlanes left = new LeftPlanes(operands, hasMinimums(weight) ? stageParts(weight) : 0);
        int shared = sharedBytes(left, weight);
        Optional<String> reason = TransposedTiles.whyNot(left, shared, device)
                .or(() -> whyFar(operands, weight))
                .or(left.rowsMap()::problem)
                .or(() -> left.hasSums() ? left.sumsMap().problem() : Optional.empty());
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        String file = FILE + operands.op().a().dtype().name().toLowerCase(Locale.ROOT);
        return TransposedTiles.plan(
                left,
                TransposedTiles.launch(
                        CudaKernel.hopper(file, file + "_" + weight.name().toLowerCase(Locale.ROOT)),
                        left,
                        left.sums(),
                        operands.b().columnStride(),
                        shared,
                        device));
    }

    /** A line, and a tile's columns, are within 2^31 bytes. */
    private static Optional<String> whyFar(GemmOperands operands, DType weight) {
        long line = operands.k() / weight.blockSize() * weight.blockBytes();
        long apart = operands.n() == 1 ? 0 : operands.b().columnStride() * weight.blockBytes();
        return apart < 0 || apart > Integer.MAX_VALUE / TransposedTiles.COLUMNS || line > Integer.MAX_VALUE
                ? Optional.of("a weight's lines of " + line + " bytes, " + apart + " bytes apart")
                : Optional.empty();
    }

    private static boolean hasMinimums(DType weight) {
        return switch (weight) {
            case Q4_1, Q5_1, Q4_K, Q5_K -> true;
            case Q8_0, Q4_0, Q5_0, Q6_K -> false;
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> throw new IllegalArgumentException(weight.name());
        };
    }

    private static int stageParts(DType weight) {
        return weight.blockSize() == LeftPlanes.PART ? SMALL_BLOCKS : weight.blockSize() / LeftPlanes.PART;
    }

    /** The 16-byte chunks that a line's blocks of a stage can touch, an odd number. */
    private static int chunks(DType weight) {
        int line = stageParts(weight) * LeftPlanes.PART / weight.blockSize() * weight.blockBytes();
        int aligned = Math.min(16, Integer.lowestOneBit(weight.blockBytes()));
        return Math.ceilDiv(16 - aligned + line, 16) | 1;
    }

    private static int sharedBytes(LeftPlanes left, DType weight) {
        int stagesOfA = left.isWide() ? BOXES / LeftPlanes.PLANES : BOXES;
        return (BOXES + (left.hasSums() ? SUMS : 0)) * LeftPlanes.BOX
                + WEIGHTS * TransposedTiles.COLUMNS * chunks(weight) * 16
                + TransposedTiles.STAGING
                + 2 * (stagesOfA + SUMS + WEIGHTS) * Long.BYTES
                + TransposedTiles.ALIGNMENT;
    }
}
