package dev.tenon;

import dev.tenon.op.ArgReduce;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Inference;
import dev.tenon.op.Matmul;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceKind;
import dev.tenon.op.Softmax;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The arithmetic of tensors. Each method infers its result, allocates it in the current scope and runs one operator;
 * shapes broadcast as in NumPy. Errors are those of {@link Device#execute}.
 */
public sealed interface TensorMath permits Tensor {
    /** The tensor itself. */
    Tensor self();

    /** One function of two tensors; see {@link Binary}. */
    default Tensor binary(BinaryKind kind, Tensor other) {
        Tensor a = self();
        TensorSpec result = Inference.binary(kind, a.spec(), other.spec());
        Tensor out = Tensor.empty(a.device(), result.dtype(), result.shape());
        a.device().execute(new Binary(kind, a, other, out));
        return out;
    }

    /** One function of two tensors, written to {@code out}, which may be either of them. */
    default Tensor binary(BinaryKind kind, Tensor other, Tensor out) {
        self().device().execute(new Binary(kind, self(), other, out));
        return out;
    }

    default Tensor add(Tensor other) {
        return binary(BinaryKind.ADD, other);
    }

    default Tensor subtract(Tensor other) {
        return binary(BinaryKind.SUBTRACT, other);
    }

    default Tensor multiply(Tensor other) {
        return binary(BinaryKind.MULTIPLY, other);
    }

    default Tensor divide(Tensor other) {
        return binary(BinaryKind.DIVIDE, other);
    }

    default Tensor maximum(Tensor other) {
        return binary(BinaryKind.MAXIMUM, other);
    }

    default Tensor minimum(Tensor other) {
        return binary(BinaryKind.MINIMUM, other);
    }

    /** Adds a number to each element. */
    default Tensor add(double value) {
        return withScalar(BinaryKind.ADD, value);
    }

    /** Multiplies each element by a number. */
    default Tensor multiply(double value) {
        return withScalar(BinaryKind.MULTIPLY, value);
    }

    private Tensor withScalar(BinaryKind kind, double value) {
        Tensor scalar = Tensor.full(self().device(), self().dtype(), value);
        return binary(kind, scalar);
    }

    /** One function of each element; see {@link Unary}. */
    default Tensor unary(UnaryKind kind) {
        Tensor in = self();
        Tensor out = Tensor.empty(in.device(), in.dtype(), in.shape());
        in.device().execute(new Unary(kind, in, out));
        return out;
    }

    default Tensor negate() {
        return unary(UnaryKind.NEGATE);
    }

    default Tensor abs() {
        return unary(UnaryKind.ABS);
    }

    default Tensor exp() {
        return unary(UnaryKind.EXP);
    }

    default Tensor log() {
        return unary(UnaryKind.LOG);
    }

    default Tensor sqrt() {
        return unary(UnaryKind.SQRT);
    }

    default Tensor tanh() {
        return unary(UnaryKind.TANH);
    }

    default Tensor sigmoid() {
        return unary(UnaryKind.SIGMOID);
    }

    default Tensor relu() {
        return unary(UnaryKind.RELU);
    }

    default Tensor gelu() {
        return unary(UnaryKind.GELU);
    }

    default Tensor silu() {
        return unary(UnaryKind.SILU);
    }

    /** A reduction over some axes (all, if none are named), which go. */
    default Tensor reduce(ReduceKind kind, int... axes) {
        Tensor in = self();
        int rank = in.shape().rank();
        List<Integer> counted = axes.length == 0
                ? IntStream.range(0, rank).boxed().toList()
                : Arrays.stream(axes).map(in.shape()::axis).sorted().boxed().toList();
        TensorSpec result = Inference.reduce(kind, in.spec(), counted);
        Tensor out = Tensor.empty(in.device(), result.dtype(), result.shape());
        in.device().execute(new Reduce(kind, in, counted, out));
        for (int i = counted.size() - 1; i >= 0; i--) {
            out = out.squeeze(counted.get(i));
        }
        return out;
    }

    default Tensor sum(int... axes) {
        return reduce(ReduceKind.SUM, axes);
    }

    default Tensor mean(int... axes) {
        return reduce(ReduceKind.MEAN, axes);
    }

    default Tensor max(int... axes) {
        return reduce(ReduceKind.MAX, axes);
    }

    default Tensor min(int... axes) {
        return reduce(ReduceKind.MIN, axes);
    }

    /** The index of the largest element along one axis, as I64; the axis goes. */
    default Tensor argMax(int axis) {
        Tensor in = moveLast(self(), self().shape().axis(axis));
        Tensor out = Tensor.empty(in.device(), DType.I64, in.shape().without(-1));
        in.device().execute(new ArgReduce(true, in, out));
        return out;
    }

    /** Softmax along one axis. */
    default Tensor softmax(int axis) {
        return softmax(false, axis);
    }

    /** Log-softmax along one axis. */
    default Tensor logSoftmax(int axis) {
        return softmax(true, axis);
    }

    private Tensor softmax(boolean logarithm, int axis) {
        Tensor in = self();
        Tensor out = Tensor.empty(in.device(), in.dtype(), in.shape());
        in.device().execute(new Softmax(logarithm, in.transpose(axis, -1), out.transpose(axis, -1)));
        return out;
    }

    /** The matrix product; see {@link Matmul}. The result has this tensor's type. */
    default Tensor matmul(Tensor other) {
        return matmul(other, Epilogue.NONE);
    }

    /** The matrix product with a fused epilogue. */
    default Tensor matmul(Tensor other, Epilogue epilogue) {
        Tensor a = self();
        TensorSpec result = Inference.matmul(a.spec(), other.spec());
        Tensor out = Tensor.empty(a.device(), result.dtype(), result.shape());
        a.device().execute(new Matmul(a, other, epilogue, out));
        return out;
    }

    private static Tensor moveLast(Tensor tensor, int axis) {
        int rank = tensor.shape().rank();
        int[] axes = new int[rank];
        for (int i = 0; i < rank; i++) {
            axes[i] = i == rank - 1 ? axis : i < axis ? i : i + 1;
        }
        return tensor.permute(axes);
    }
}
