package dev.tenon.op;

import static dev.tenon.op.Inference.requireArgument;
import static dev.tenon.op.Inference.requireShape;
import static dev.tenon.op.Inference.requireType;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import dev.tenon.error.ShapeException;
import java.util.List;

/** Inference for matrix products and quantization. */
final class MatmulInference {
    private MatmulInference() {}

    static TensorSpec matmul(TensorSpec a, TensorSpec b) {
        Shape x = a.shape();
        Shape y = b.shape();
        if (x.rank() < 2 || y.rank() < 2 || x.size(-1) != y.size(-2)) {
            throw new ShapeException("matmul", "needs [..., m, k] and [..., k, n]", List.of(x, y));
        }
        boolean allowed = a.dtype().isFloat()
                && (b.dtype().isFloat()
                        ? (a.dtype() == DType.F64) == (b.dtype() == DType.F64)
                        : b.dtype().isQuantized());
        if (!allowed || (a.dtype() == DType.F64 && b.dtype() != DType.F64)) {
            throw new DTypeException("matmul", "not defined for these types", List.of(a.dtype(), b.dtype()));
        }
        Shape batch = Shape.broadcast("matmul", x.axes(0, x.rank() - 2), y.axes(0, y.rank() - 2));
        return new TensorSpec(a.dtype(), batch.append(x.size(-2), y.size(-1)));
    }

    static void check(Matmul op) {
        TensorSpec inferred = matmul(op.a().spec(), op.b().spec());
        DType out = op.out().dtype();
        requireShape(op, "out", op.out(), inferred.shape());
        if (!out.isFloat() || (out == DType.F64) != (inferred.dtype() == DType.F64)) {
            throw new DTypeException("matmul", "cannot give " + out, Inference.types(op));
        }
        Epilogue epilogue = op.epilogue();
        requireArgument(op, Float.isFinite(epilogue.scale()), "the scale must be finite");
        requireShape(op, "bias", epilogue.bias(), Shape.of(inferred.shape().size(-1)));
        requireType(op, "bias", epilogue.bias(), out, out == DType.F64 ? DType.F64 : DType.F32);
        requireShape(op, "residual", epilogue.residual(), inferred.shape());
        requireType(op, "residual", epilogue.residual(), out);
        if (op.b().dtype().isQuantized()) {
            requireBlockRows(op, "b", op.b().transpose());
        }
    }

    static void check(Quantize op) {
        if (!op.in().dtype().isFloat()
                || op.in().dtype() == DType.F64
                || !op.out().dtype().isQuantized()) {
            throw new DTypeException(
                    op.name(),
                    "from F32, F16 or BF16 to a quantized type",
                    List.of(op.in().dtype(), op.out().dtype()));
        }
        requireShape(op, "out", op.out(), op.in().shape());
        requireBlockRows(op, "out", op.out());
    }

    static void check(Dequantize op) {
        if (!op.in().dtype().isQuantized()
                || !op.out().dtype().isFloat()
                || op.out().dtype() == DType.F64) {
            throw new DTypeException(
                    op.name(),
                    "from a quantized type to F32, F16 or BF16",
                    List.of(op.in().dtype(), op.out().dtype()));
        }
        requireShape(op, "out", op.out(), op.in().shape());
        requireBlockRows(op, "in", op.in());
    }

    /** A quantized tensor's last axis must be whole blocks, one after another, and rows must start on a block. */
    static void requireBlockRows(Op op, String operand, Tensor tensor) {
        int block = tensor.dtype().blockSize();
        Shape shape = tensor.shape();
        boolean holds = shape.rank() > 0
                && (shape.size(-1) <= 1 || tensor.layout().stride(-1) == 1)
                && shape.size(-1) % block == 0
                && tensor.layout().offset() % block == 0;
        for (int i = 0; holds && i < shape.rank() - 1; i++) {
            holds = shape.size(i) <= 1 || tensor.layout().stride(i) % block == 0;
        }
        if (!holds) {
            throw new ShapeException(
                    op.name(),
                    operand + " must have rows of whole " + block + "-element blocks along its last axis",
                    List.of(tensor.layout()));
        }
    }
}
