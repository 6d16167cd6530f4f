package dev.tenon.op;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.ShapeException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Shape and type inference: what an operator's outputs are, or a typed error. {@link #check} is called once for every
 * operator before any backend sees it.
 */
public final class Inference {
    private Inference() {}

    /**
     * Checks operands and attributes.
     *
     * @throws ShapeException for shapes that do not fit
     * @throws DTypeException for types that do not fit
     * @throws InvalidArgumentException for attributes out of range
     */
    public static void check(Op op) {
        switch (op) {
            case Unary o -> ElementwiseInference.check(o);
            case UnaryBackward o -> ElementwiseInference.check(o);
            case Binary o -> ElementwiseInference.check(o);
            case Where o -> ElementwiseInference.check(o);
            case Cast o -> ElementwiseInference.check(o);
            case Copy o -> ElementwiseInference.check(o);
            case Fill o -> requirePlain(o, o.out());
            case RandomFill o -> ElementwiseInference.check(o);
            case GatedActivation o -> ElementwiseInference.check(o);
            case GatedActivationBackward o -> ElementwiseInference.check(o);
            case AdamW o -> ElementwiseInference.check(o);
            case Reduce o -> ReductionInference.check(o);
            case ArgReduce o -> ReductionInference.check(o);
            case TopK o -> ReductionInference.check(o);
            case Softmax o -> ReductionInference.check(o);
            case SoftmaxBackward o -> ReductionInference.check(o);
            case CrossEntropy o -> ReductionInference.check(o);
            case CrossEntropyBackward o -> ReductionInference.check(o);
            case LayerNorm o -> NormInference.check(o);
            case LayerNormBackward o -> NormInference.check(o);
            case RmsNorm o -> NormInference.check(o);
            case RmsNormBackward o -> NormInference.check(o);
            case Matmul o -> MatmulInference.check(o);
            case Attention o -> AttentionInference.check(o);
            case AttentionBackward o -> AttentionInference.check(o);
            case PagedAttention o -> AttentionInference.check(o);
            case Rope o -> AttentionInference.check(o);
            case CacheWrite o -> IndexInference.check(o);
            case Gather o -> IndexInference.check(o);
            case ScatterAdd o -> IndexInference.check(o);
            case Concat o -> IndexInference.check(o);
            case Quantize o -> MatmulInference.check(o);
            case Dequantize o -> MatmulInference.check(o);
            case AllReduce o -> CollectiveInference.check(o);
            case ReduceScatter o -> CollectiveInference.check(o);
            case AllGather o -> CollectiveInference.check(o);
            case CustomOp o -> checkCustom(o);
        }
    }

    /** Binary's result: the broadcast shape, BOOL for comparisons. */
    public static TensorSpec binary(BinaryKind kind, TensorSpec a, TensorSpec b) {
        return ElementwiseInference.binary(kind, a, b);
    }

    /** Where's result. */
    public static TensorSpec where(TensorSpec condition, TensorSpec a, TensorSpec b) {
        return ElementwiseInference.where(condition, a, b);
    }

    /** Reduce's result, with size 1 at the reduced axes. */
    public static TensorSpec reduce(ReduceKind kind, TensorSpec in, List<Integer> axes) {
        return ReductionInference.reduce(kind, in, axes);
    }

    /** Matmul's result in {@code a}'s type. */
    public static TensorSpec matmul(TensorSpec a, TensorSpec b) {
        return MatmulInference.matmul(a, b);
    }

    /** Attention's result. */
    public static TensorSpec attention(TensorSpec query, TensorSpec value) {
        return AttentionInference.attention(query, value);
    }

    /** Gather's result; F32 for a quantized table. */
    public static TensorSpec gather(TensorSpec table, TensorSpec indices) {
        return IndexInference.gather(table, indices);
    }

    /** Concat's result. */
    public static TensorSpec concat(List<TensorSpec> parts, int axis) {
        return IndexInference.concat(parts, axis);
    }

    private static void checkCustom(CustomOp op) {
        List<TensorSpec> outputs =
                op.kernel().infer(op.inputs().stream().map(Tensor::spec).toList());
        if (outputs.size() != op.outputs().size()) {
            throw new InvalidArgumentException(
                    op.name() + ": " + op.outputs().size() + " outputs given, it has " + outputs.size());
        }
        for (int i = 0; i < outputs.size(); i++) {
            requireSpec(op, "output " + i, op.outputs().get(i), outputs.get(i));
        }
    }

    static void requireSpec(Op op, String operand, Tensor tensor, TensorSpec expected) {
        requireShape(op, operand, tensor, expected.shape());
        requireType(op, operand, tensor, expected.dtype());
    }

    static void requireShape(Op op, String operand, @Nullable Tensor tensor, Shape expected) {
        if (tensor != null && !tensor.shape().equals(expected)) {
            throw new ShapeException(
                    op.name(), operand + " must be " + expected + ", is " + tensor.shape(), shapes(op));
        }
    }

    static void requireType(Op op, String operand, @Nullable Tensor tensor, DType expected) {
        if (tensor != null && tensor.dtype() != expected) {
            throw new DTypeException(op.name(), operand + " must be " + expected + ", is " + tensor.dtype(), types(op));
        }
    }

    static void requireType(Op op, String operand, @Nullable Tensor tensor, DType one, DType other) {
        if (tensor != null && tensor.dtype() != one && tensor.dtype() != other) {
            throw new DTypeException(
                    op.name(), operand + " must be " + one + " or " + other + ", is " + tensor.dtype(), types(op));
        }
    }

    static void requireFloat(Op op, Tensor tensor) {
        if (!tensor.dtype().isFloat()) {
            throw new DTypeException(op.name(), "only float types", types(op));
        }
    }

    static void requirePlain(Op op, Tensor tensor) {
        if (tensor.dtype().isQuantized()) {
            throw new DTypeException(op.name(), "not for quantized types", types(op));
        }
    }

    static void requireIndex(Op op, String operand, Tensor tensor) {
        requireType(op, operand, tensor, DType.I64, DType.I32);
    }

    static void requireRank(Op op, String operand, Tensor tensor, int rank) {
        if (tensor.shape().rank() != rank) {
            throw new ShapeException(
                    op.name(), operand + " must have " + rank + " axes, is " + tensor.shape(), shapes(op));
        }
    }

    static void require(Op op, boolean holds, String problem) {
        if (!holds) {
            throw new ShapeException(op.name(), problem, shapes(op));
        }
    }

    static void requireArgument(Op op, boolean holds, String problem) {
        if (!holds) {
            throw new InvalidArgumentException(op.name() + ": " + problem);
        }
    }

    /** The type that statistics of a float type are kept in. */
    static DType wide(DType type) {
        return type == DType.F64 ? DType.F64 : DType.F32;
    }

    static List<Shape> shapes(Op op) {
        return named(op).stream().map(Tensor::shape).toList();
    }

    static List<DType> types(Op op) {
        return named(op).stream().map(Tensor::dtype).toList();
    }

    /** The operands that an error names: what the operator reads, or what it writes where it reads nothing. */
    private static List<Tensor> named(Op op) {
        return op.inputs().isEmpty() ? op.outputs() : op.inputs();
    }
}
