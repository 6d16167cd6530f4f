package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A matmul's operands as matrices of a batch with one stride: leading axes that share b become rows where strides allow it, other
 * leading axes one axis.
 */
record GemmOperands(Matmul op, long batch, Matrix a, Matrix b, Matrix out, Matrix residual) {
    /** In elements; of quantized types in blocks, but for the contiguous axis. */
    record Matrix(long rows, long columns, long base, long rowStride, long columnStride, long batchStride) {
        /** Whether neighbours along the rows are neighbours in memory. */
        boolean isContiguousAlongColumns() {
            return columnStride == 1 || columns <= 1;
        }

        boolean isContiguousAlongRows() {
            return rowStride == 1 || rows <= 1;
        }
    }

    /** Empty if the leading axes are not one axis. */
    static Optional<GemmOperands> of(Matmul op) {
        Shape shape = op.out().shape();
        Shape leading = shape.axes(0, shape.rank() - 2);
        Layout a = spread(op.a(), leading);
        Layout b = spread(op.b(), leading);
        Layout out = op.out().layout();
        Tensor added = op.epilogue().residual();
        Layout residual = added == null ? out : added.layout();
        int block = op.b().dtype().blockSize();
        Layout flatB = shared(b);
        if (flatB != null) {
            Layout flatA = flat(a);
            Layout flatOut = flat(out);
            Layout flatResidual = flat(residual);
            if (flatA != null && flatOut != null && flatResidual != null) {
                return Optional.of(new GemmOperands(
                        op,
                        1,
                        matrix(flatA, 0, 1),
                        matrix(flatB, 0, block),
                        matrix(flatOut, 0, 1),
                        matrix(flatResidual, 0, 1)));
            }
        }
        Optional<Long> strideA = oneStride(a);
        Optional<Long> strideB = oneStride(b);
        Optional<Long> strideOut = oneStride(out);
        Optional<Long> strideResidual = oneStride(residual);
        if (strideA.isEmpty() || strideB.isEmpty() || strideOut.isEmpty() || strideResidual.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new GemmOperands(
                op,
                leading.elements(),
                matrix(a, strideA.get(), 1),
                matrix(b, strideB.get(), block),
                matrix(out, strideOut.get(), 1),
                matrix(residual, strideResidual.get(), 1)));
    }

    private static Layout spread(Tensor tensor, Shape leading) {
        Shape shape = tensor.shape();
        return tensor.layout().broadcastTo(leading.append(shape.size(-2), shape.size(-1)));
    }

    private static Matrix matrix(Layout layout, long batchStride, int block) {
        Shape shape = layout.shape();
        return new Matrix(
                shape.size(-2),
                shape.size(-1),
                layout.offset() / block,
                layout.stride(-2),
                // Blocks run along k, the rows of b.
                layout.stride(-1) / block,
                batchStride / block);
    }

    private static @Nullable Layout flat(Layout layout) {
        Shape shape = layout.shape();
        return shape.rank() == 2
                ? layout
                : layout.reshape(Shape.of(shape.elements() / Math.max(1, shape.size(-1)), shape.size(-1)));
    }

    /** The one matrix that all of the batch have; null where they have several. */
    private static @Nullable Layout shared(Layout layout) {
        Layout one = layout;
        while (one.shape().rank() > 2) {
            if (one.shape().size(0) != 1 && one.stride(0) != 0) {
                return null;
            }
            one = one.select(0, 0);
        }
        return one;
    }

    /** The stride with which all matrices of the batch follow each other; empty where there is none. */
    private static Optional<Long> oneStride(Layout layout) {
        long stride = 0;
        long size = 1;
        for (int axis = layout.shape().rank() - 3; axis >= 0; axis--) {
            if (layout.shape().size(axis) == 1) {
                continue;
            }
            if (size == 1) {
                stride = layout.stride(axis);
            } else if (layout.stride(axis) != stride * size) {
                return Optional.empty();
            }
            size *= layout.shape().size(axis);
        }
        return Optional.of(stride);
    }

    long m() {
        return out.rows();
    }

    long n() {
        return out.columns();
    }

    long k() {
        return a.columns();
    }

    /** The structure {@code GemmShape}; strides of a and b as the kernel wants them. */
    long[] shape(long strideOfA, long strideOfB) {
        Epilogue epilogue = op.epilogue();
        Tensor bias = epilogue.bias();
        return new long[] {
            m(),
            n(),
            k(),
            a.base(),
            strideOfA,
            a.batchStride(),
            b.base(),
            strideOfB,
            b.batchStride(),
            out.base(),
            out.rowStride(),
            out.batchStride(),
            residual.base(),
            residual.rowStride(),
            residual.batchStride(),
            bias == null ? 0 : bias.layout().offset(),
            bias == null ? 0 : bias.layout().stride(0),
            number(op.a().dtype()),
            bias == null ? 0 : number(bias.dtype()),
            epilogue.residual() == null ? 0 : number(op.out().dtype()),
            number(op.out().dtype()),
            epilogue.activation().ordinal()
        };
    }

    /** The TYPE_ number of a floating-point type. */
    static long number(DType type) {
        return switch (type) {
            case F32 -> 1;
            case F16 -> 2;
            case BF16 -> 3;
            case F64, I64, I32, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException(type.name());
        };
    }
}
