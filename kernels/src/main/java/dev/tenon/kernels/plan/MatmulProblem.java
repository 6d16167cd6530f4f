package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A matmul as its kernels take it: [batch..., m, k] by [batch..., k, n], where a batch that shares b becomes rows if strides
 * allow it.
 */
final class MatmulProblem {
    private final Matmul op;
    private final Layout a;
    private final Layout b;
    private final Layout out;
    private final Layout residual;
    private final Loop batch;

    private MatmulProblem(Matmul op, Layout a, Layout b, Layout out, Layout residual) {
        this.op = op;
        this.a = a;
        this.b = b;
        this.out = out;
        this.residual = residual;
        int rank = out.shape().rank();
        batch = Loop.over(
                out.shape().axes(0, rank - 2),
                matrices(a, 1),
                matrices(b, block()),
                matrices(out, 1),
                matrices(residual, 1));
    }

    static MatmulProblem of(Matmul op) {
        Shape shape = op.out().shape();
        Shape batch = shape.axes(0, shape.rank() - 2);
        Layout a = spread(op.a(), batch);
        Layout b = spread(op.b(), batch);
        Layout out = op.out().layout();
        Tensor added = op.epilogue().residual();
        Layout residual = added == null ? out : added.layout();
        Layout flatA = flat(a);
        Layout flatOut = flat(out);
        Layout flatResidual = flat(residual);
        Layout flatB = shared(b);
        if (flatA != null && flatB != null && flatOut != null && flatResidual != null) {
            return new MatmulProblem(op, flatA, flatB, flatOut, flatResidual);
        }
        return new MatmulProblem(op, a, b, out, residual);
    }

    private static Layout spread(Tensor tensor, Shape batch) {
        Shape shape = tensor.shape();
        return tensor.layout().broadcastTo(batch.append(shape.size(-2), shape.size(-1)));
    }

    /** Batch and rows as one axis; null where their strides do not allow it. */
    private static @Nullable Layout flat(Layout layout) {
        Shape shape = layout.shape();
        if (shape.rank() == 2 || shape.elements() == 0) {
            return shape.rank() == 2 ? layout : null;
        }
        return layout.reshape(Shape.of(shape.elements() / shape.size(-1), shape.size(-1)));
    }

    /** The one matrix that all of the batch have; null where they have several. */
    private static @Nullable Layout shared(Layout layout) {
        Layout one = layout;
        while (one.shape().rank() > 2) {
            if (one.shape().size(0) != 1 && one.stride(0) != 0 || one.shape().size(0) == 0) {
                return null;
            }
            one = one.select(0, 0);
        }
        return one;
    }

    /** Where each matrix of the batch begins, in units of {@code block} elements. */
    private static Layout matrices(Layout layout, int block) {
        int rank = layout.shape().rank() - 2;
        long[] strides = Arrays.copyOf(layout.strides(), rank);
        for (int i = 0; i < rank; i++) {
            strides[i] /= block;
        }
        return Layout.of(layout.shape().axes(0, rank), strides, layout.offset() / block);
    }

    private int block() {
        return op.b().dtype().blockSize();
    }

    long m() {
        return out.shape().size(-2);
    }

    long n() {
        return out.shape().size(-1);
    }

    long k() {
        return a.shape().size(-1);
    }

    Loop batch() {
        return batch;
    }

    Matmul op() {
        return op;
    }

    boolean isWide() {
        return op.out().dtype() == DType.F64;
    }

    /** Whether a column of b lies in one piece: quantized, or with stride 1 along k. */
    boolean hasContiguousColumns() {
        return op.b().dtype().isQuantized() || b.stride(-2) == 1 || k() == 1;
    }

    /** Whether a's rows can be read as contiguous F32. */
    boolean hasPlainRows() {
        return op.a().dtype() == DType.F32 && a.stride(-1) == 1 && batch.count() == 1;
    }

    long firstOfA() {
        return a.offset();
    }

    long rowStrideOfA() {
        return a.stride(-2);
    }

    /** The macros of matmul.h; {@code a} is the type that the kernel reads a in. */
    String operandDefines(String a) {
        return "A=" + a + " B=" + op.b().dtype() + (op.b().dtype().isQuantized() ? " QUANT" : "");
    }

    /** The macros of matmul.h for kernels that pack the operands. */
    String packingDefines() {
        return operandDefines(op.a().dtype().name());
    }

    /** The macros of matmul.h for the kernel that widens a; it does not look at b. */
    String wideningDefines() {
        return "A=" + op.a().dtype() + " B=" + DType.F32;
    }

    /** The macros of epilogue.h. */
    String epilogueDefines(DeviceTraits device) {
        Epilogue epilogue = op.epilogue();
        Tensor bias = epilogue.bias();
        if (device.ahead()) {
            return "OUT=" + (isWide() ? DType.F64 : DType.F32) + " AHEAD";
        }
        return "OUT=" + op.out().dtype()
                + " FUNCTION=" + epilogue.activation()
                + (bias == null ? "" : " BIAS=" + bias.dtype())
                + (epilogue.residual() == null ? "" : " RESIDUAL");
    }

    /** The structure {@code MatmulShape}. */
    long[] shape() {
        Tensor bias = op.epilogue().bias();
        return new long[] {
            m(),
            n(),
            k(),
            a.stride(-2),
            a.stride(-1),
            b.stride(-2),
            b.stride(-1) / block(),
            out.stride(-2),
            out.stride(-1),
            residual.stride(-2),
            residual.stride(-1),
            Rows.base(bias),
            Rows.stepOf(bias),
            outType(),
            op.epilogue().activation().ordinal(),
            bias == null ? 0 : bias.dtype() == op.out().dtype() ? 1 : 2,
            op.epilogue().residual() == null ? 0 : 1
        };
    }

    private long outType() {
        return switch (op.out().dtype()) {
            case F32, F64 -> 0;
            case F16 -> 1;
            case BF16 -> 2;
            case I64, I32, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new IllegalArgumentException("a product has a float type");
        };
    }

    /** Bias, residual and output, which every kernel that finishes results takes in this order. */
    Launch epilogueStorages(Launch launch) {
        return launch.storage(Rows.orElse(op.epilogue().bias(), op.out()))
                .storage(Rows.orElse(op.epilogue().residual(), op.out()))
                .storage(op.out());
    }
}
