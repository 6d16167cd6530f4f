package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.kernels.cuda.BlasPlan.Declined;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Says a matmul as a call of cuBLAS or cuBLASLt. These keep matrices column by column, Tenon row by row: the same memory read the
 * other way is the transpose, so {@code out = a b} becomes {@code out' = b' a'}, with the operands exchanged and no data moved. An
 * output that is itself a transpose is taken as it is.
 */
public final class BlasMatmul {
    private BlasMatmul() {}

    /**
     * @param op checked, on one device, with an output that has elements
     * @return a call with the same result, or why there is none
     */
    public static BlasPlan plan(Matmul op) {
        Optional<String> reason =
                whyNotTypes(op).or(() -> whyNotEpilogue(op.epilogue(), op.out().dtype()));
        if (reason.isPresent()) {
            return new Declined(reason.get());
        }
        Optional<GemmOperands> operands = GemmOperands.of(op);
        if (operands.isEmpty()) {
            return new Declined("the batch's matrices do not follow each other with one stride");
        }
        return plan(operands.get());
    }

    /** The combinations of NVIDIA's tables for sums in F32, and in F64. */
    private static Optional<String> whyNotTypes(Matmul op) {
        DType a = op.a().dtype();
        DType b = op.b().dtype();
        DType out = op.out().dtype();
        if (b.isQuantized()) {
            return Optional.of("cuBLAS has no quantized weights");
        }
        boolean has = a == b && (out == a || out == DType.F32 && a != DType.F64);
        return has ? Optional.empty() : Optional.of("cuBLAS has no product of " + a + " and " + b + " into " + out);
    }

    private static Optional<String> whyNotEpilogue(Epilogue epilogue, DType out) {
        Tensor bias = epilogue.bias();
        if (epilogue.scale() == 0) {
            // A BLAS does not read the operands then, and 0 times NaN is NaN.
            return Optional.of("the scale is 0");
        }
        if (epilogue.activation() != Activation.NONE && epilogue.residual() != null) {
            return Optional.of("cuBLASLt adds a residual before the activation");
        }
        boolean activated = switch (epilogue.activation()) {
            case NONE, RELU, GELU_TANH -> true;
            case GELU, GELU_QUICK, SILU, SIGMOID, TANH -> false;
        };
        if (!activated) {
            return Optional.of("cuBLASLt has no such activation");
        }
        if (out == DType.F64 && (bias != null || epilogue.activation() != Activation.NONE)) {
            return Optional.of("cuBLASLt fuses nothing into F64");
        }
        if (bias != null && bias.dtype() != out) {
            return Optional.of("cuBLASLt's bias has the output's type");
        }
        if (bias != null && bias.shape().size(0) > 1 && bias.layout().stride(0) != 1) {
            return Optional.of("the bias is not contiguous");
        }
        return Optional.empty();
    }

    private static BlasPlan plan(GemmOperands operands) {
        if (operands.k() == 0) {
            return new Declined("there is nothing to add up");
        }
        if (operands.m() > Integer.MAX_VALUE
                || operands.n() > Integer.MAX_VALUE
                || operands.k() > Integer.MAX_VALUE
                || operands.batch() > Integer.MAX_VALUE) {
            return new Declined("cuBLAS counts rows and columns in 32 bits");
        }
        View out = View.of(operands.out());
        View added = View.of(operands.residual());
        // The way in which the output is kept, with the residual in the same.
        boolean rows = keeps(out.byRow, added.byRow);
        if (!rows && !keeps(out.byColumn, added.byColumn)) {
            return new Declined("the output or the residual is contiguous along neither axis");
        }
        if (!rows && operands.op().epilogue().bias() != null) {
            return new Declined("cuBLASLt's bias goes along the output's contiguous axis");
        }
        View a = View.of(operands.a());
        View b = View.of(operands.b());
        if (!a.isUsable() || !b.isUsable()) {
            return new Declined("an operand's rows or columns overlap, or it is contiguous along neither axis");
        }
        return rows ? byRow(operands, a, b, out, added) : byColumn(operands, a, b, out, added);
    }

    private static boolean keeps(@Nullable Integer out, @Nullable Integer added) {
        return out != null && added != null;
    }

    /** out' = b' a'. */
    private static BlasGemm byRow(GemmOperands operands, View a, View b, View out, View added) {
        Matmul op = operands.op();
        return gemm(
                operands,
                b.byRow == null,
                a.byRow == null,
                (int) operands.n(),
                (int) operands.m(),
                matrix(op.b(), operands.b(), b.byRow == null ? b.byColumn : b.byRow),
                matrix(op.a(), operands.a(), a.byRow == null ? a.byColumn : a.byRow),
                matrix(residual(op), operands.residual(), added.byRow),
                matrix(op.out(), operands.out(), out.byRow));
    }

    /** out = a b, of matrices that are kept by column. */
    private static BlasGemm byColumn(GemmOperands operands, View a, View b, View out, View added) {
        Matmul op = operands.op();
        return gemm(
                operands,
                a.byColumn == null,
                b.byColumn == null,
                (int) operands.m(),
                (int) operands.n(),
                matrix(op.a(), operands.a(), a.byColumn == null ? a.byRow : a.byColumn),
                matrix(op.b(), operands.b(), b.byColumn == null ? b.byRow : b.byColumn),
                matrix(residual(op), operands.residual(), added.byColumn),
                matrix(op.out(), operands.out(), out.byColumn));
    }

    private static BlasGemm gemm(
            GemmOperands operands,
            boolean transposeFirst,
            boolean transposeSecond,
            int m,
            int n,
            BlasGemm.Matrix first,
            BlasGemm.Matrix second,
            BlasGemm.Matrix added,
            BlasGemm.Matrix out) {
        Epilogue epilogue = operands.op().epilogue();
        Tensor bias = epilogue.bias();
        return new BlasGemm(
                transposeFirst,
                transposeSecond,
                m,
                n,
                (int) operands.k(),
                (int) operands.batch(),
                epilogue.scale(),
                first,
                second,
                epilogue.residual() == null ? 0 : 1,
                added,
                out,
                bias == null
                        ? null
                        : new BlasGemm.Vector(
                                bias.buffer(), bias.dtype(), bias.layout().offset()),
                epilogue.activation());
    }

    private static Tensor residual(Matmul op) {
        Tensor residual = op.epilogue().residual();
        return residual == null ? op.out() : residual;
    }

    private static BlasGemm.Matrix matrix(Tensor tensor, GemmOperands.Matrix matrix, @Nullable Integer leading) {
        if (leading == null) {
            throw new IllegalArgumentException("a matrix that was found to be usable");
        }
        return new BlasGemm.Matrix(tensor.buffer(), tensor.dtype(), matrix.base(), leading, matrix.batchStride());
    }

    /**
     * The ways in which a BLAS can read a matrix.
     *
     * @param byRow the stride between rows, where each is contiguous
     * @param byColumn the stride between columns, where each is contiguous
     */
    private record View(@Nullable Integer byRow, @Nullable Integer byColumn) {
        static View of(GemmOperands.Matrix matrix) {
            if (matrix.batchStride() < 0) {
                return new View(null, null);
            }
            return new View(
                    matrix.isContiguousAlongColumns()
                            ? leading(matrix.columns(), matrix.rows(), matrix.rowStride())
                            : null,
                    matrix.isContiguousAlongRows()
                            ? leading(matrix.rows(), matrix.columns(), matrix.columnStride())
                            : null);
        }

        /** The stride between so many lines of a length; null for what a BLAS refuses. The stride of a single line says nothing. */
        private static @Nullable Integer leading(long length, long lines, long stride) {
            long least = Math.max(1, length);
            if (lines <= 1) {
                return (int) least;
            }
            return stride >= least && stride <= Integer.MAX_VALUE ? (int) stride : null;
        }

        boolean isUsable() {
            return byRow != null || byColumn != null;
        }
    }
}
