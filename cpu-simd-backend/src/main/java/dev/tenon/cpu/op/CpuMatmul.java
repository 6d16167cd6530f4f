package dev.tenon.cpu.op;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.cpu.gemm.Gemm;
import dev.tenon.cpu.gemm.GemmArguments;
import dev.tenon.cpu.gemm.MatrixView;
import dev.tenon.cpu.gemm.RowEpilogue;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import org.jspecify.annotations.Nullable;

/** Leads a matmul to the products of {@link dev.tenon.cpu.gemm}: one where batch and rows are one axis, else one a batch. */
final class CpuMatmul {
    private CpuMatmul() {}

    static Runnable bind(Matmul op, CpuContext context) {
        if (op.out().dtype() == DType.F64) {
            return new MatmulF64(op, context.team());
        }
        Shape shape = op.out().shape();
        int rank = shape.rank();
        Shape batch = shape.axes(0, rank - 2);
        Tensor residual = op.epilogue().residual();
        Layout a = layout(op.a(), batch);
        Layout b = layout(op.b(), batch);
        Layout c = op.out().layout();
        if (batch.elements() == 0) {
            return () -> {};
        }
        long rows = shape.size(-2);
        Layout flatA = rows(a);
        Layout flatC = rows(c);
        Layout flatResidual = residual == null ? null : rows(residual.layout());
        if (flatA != null && flatC != null && isShared(b) && (residual == null || flatResidual != null)) {
            MatmulEpilogue epilogue = MatmulEpilogue.of(op.epilogue(), flatResidual, 1);
            return new Products(
                    arguments(op, batch.elements() * rows, flatA, b, flatC, epilogue),
                    new long[] {address(op.a(), flatA, 0)},
                    new long[] {address(op.b(), b, 0)},
                    new long[] {address(op.out(), flatC, 0)},
                    context.team());
        }
        int count = Math.toIntExact(batch.elements());
        long[] as = new long[count];
        long[] bs = new long[count];
        long[] cs = new long[count];
        for (int i = 0; i < count; i++) {
            as[i] = address(op.a(), a, i);
            bs[i] = address(op.b(), b, i);
            cs[i] = address(op.out(), c, i);
        }
        MatmulEpilogue epilogue = MatmulEpilogue.of(op.epilogue(), residual == null ? null : residual.layout(), count);
        return new Products(arguments(op, rows, a, b, c, epilogue), as, bs, cs, context.team());
    }

    /** Products of one shape. */
    private record Products(GemmArguments shape, long[] a, long[] b, long[] c, ThreadTeam team) implements Runnable {
        @Override
        public void run() {
            if (a.length == 1) {
                Gemm.run(shape, team);
            } else {
                Gemm.runBatch(shape, a, b, c, team);
            }
        }
    }

    private static GemmArguments arguments(
            Matmul op, long m, Layout a, Layout b, Layout c, @Nullable MatmulEpilogue epilogue) {
        Epilogue asked = op.epilogue();
        Tensor residual = asked.residual();
        boolean inPlace = residual != null && residual.buffer() == op.out().buffer();
        boolean accumulates = inPlace
                && op.out().dtype() == DType.F32
                && asked.scale() == 1
                && asked.bias() == null
                && asked.activation() == Activation.NONE;
        RowEpilogue applied = accumulates ? null : epilogue;
        return new GemmArguments(
                Math.toIntExact(m),
                Math.toIntExact(op.out().shape().size(-1)),
                Math.toIntExact(op.a().shape().size(-1)),
                matrix(op.a(), a),
                matrix(op.b(), b),
                matrix(op.out(), c),
                accumulates,
                inPlace && !accumulates,
                applied);
    }

    private static MatrixView matrix(Tensor tensor, Layout layout) {
        return new MatrixView(address(tensor, layout, 0), tensor.dtype(), layout.stride(-2), layout.stride(-1));
    }

    /** The operand with its leading axes repeated to the batch. */
    private static Layout layout(Tensor tensor, Shape batch) {
        Shape shape = tensor.shape();
        return tensor.layout().broadcastTo(batch.append(shape.size(-2), shape.size(-1)));
    }

    /** Batch and rows as one axis; null where their strides do not allow it. */
    private static @Nullable Layout rows(Layout layout) {
        Shape shape = layout.shape();
        if (shape.rank() == 2) {
            return layout;
        }
        return layout.reshape(Shape.of(shape.elements() / Math.max(1, shape.size(-1)), shape.size(-1)));
    }

    private static boolean isShared(Layout layout) {
        for (int a = 0; a < layout.shape().rank() - 2; a++) {
            if (layout.stride(a) != 0 && layout.shape().size(a) > 1) {
                return false;
            }
        }
        return true;
    }

    /** The address of one matrix of a batch. */
    static long address(Tensor tensor, Layout layout, long batch) {
        return address(Slot.storage(tensor), tensor.dtype(), layout, batch);
    }

    static long address(long storage, DType type, Layout layout, long batch) {
        long element = layout.offset();
        long rest = batch;
        for (int a = layout.shape().rank() - 3; a >= 0; a--) {
            long size = layout.shape().size(a);
            element += rest % size * layout.stride(a);
            rest /= size;
        }
        return storage + element / type.blockSize() * type.blockBytes();
    }
}
