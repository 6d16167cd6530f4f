package dev.tenon.op;

import static dev.tenon.op.Inference.require;
import static dev.tenon.op.Inference.requireArgument;
import static dev.tenon.op.Inference.requireFloat;
import static dev.tenon.op.Inference.requireIndex;
import static dev.tenon.op.Inference.requireRank;
import static dev.tenon.op.Inference.requireShape;
import static dev.tenon.op.Inference.requireSpec;
import static dev.tenon.op.Inference.requireType;
import static dev.tenon.op.Inference.wide;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import dev.tenon.error.ShapeException;
import java.util.List;

/** Inference for reductions, softmax and losses. */
final class ReductionInference {
    private ReductionInference() {}

    static TensorSpec reduce(ReduceKind kind, TensorSpec in, List<Integer> axes) {
        DType type = in.dtype();
        boolean integer = type == DType.I64 || type == DType.I32;
        if (!type.isFloat() && !(integer && kind != ReduceKind.MEAN)) {
            throw new DTypeException("reduce " + kind, "not defined for this type", List.of(type));
        }
        Shape shape = in.shape();
        int previous = -1;
        for (int axis : axes) {
            if (axis <= previous || axis >= shape.rank()) {
                throw new ShapeException("reduce " + kind, "axes " + axes + " are not ascending axes", List.of(shape));
            }
            previous = axis;
            shape = shape.with(axis, 1);
        }
        return new TensorSpec(type.isFloat() ? wide(type) : type, shape);
    }

    static void check(Reduce op) {
        requireSpec(op, "out", op.out(), reduce(op.kind(), op.in().spec(), op.axes()));
    }

    static void check(ArgReduce op) {
        DType type = op.in().dtype();
        if (!type.isFloat() && type != DType.I64 && type != DType.I32) {
            throw new DTypeException(op.name(), "not defined for this type", List.of(type));
        }
        require(op, op.in().shape().rank() > 0 && op.in().shape().size(-1) > 0, "needs a last axis that is not empty");
        requireIndex(op, "out", op.out());
        requireShape(op, "out", op.out(), op.in().shape().without(-1));
    }

    static void check(TopK op) {
        requireFloat(op, op.in());
        require(op, op.in().shape().rank() > 0, "needs a last axis");
        require(op, op.values().shape().rank() == op.in().shape().rank(), "values must have the input's axes");
        long k = op.values().shape().size(-1);
        require(op, k <= op.in().shape().size(-1), "k = " + k + " is more than there are elements");
        requireSpec(
                op,
                "values",
                op.values(),
                new TensorSpec(op.in().dtype(), op.in().shape().with(-1, k)));
        requireIndex(op, "indices", op.indices());
        requireShape(op, "indices", op.indices(), op.values().shape());
    }

    static void check(Softmax op) {
        requireFloat(op, op.in());
        require(op, op.in().shape().rank() > 0, "needs a last axis");
        requireSpec(op, "out", op.out(), op.in().spec());
    }

    static void check(SoftmaxBackward op) {
        requireFloat(op, op.out());
        require(op, op.out().shape().rank() > 0, "needs a last axis");
        requireSpec(op, "gradOut", op.gradOut(), op.out().spec());
        requireSpec(op, "gradIn", op.gradIn(), op.out().spec());
    }

    static void check(CrossEntropy op) {
        requireFloat(op, op.logits());
        requireRank(op, "logits", op.logits(), 2);
        Shape rows = op.logits().shape().without(-1);
        requireIndex(op, "targets", op.targets());
        requireShape(op, "targets", op.targets(), rows);
        requireArgument(
                op, op.ignore() < 0 || op.ignore() >= op.logits().shape().size(-1), "ignore is a class");
        TensorSpec perRow = new TensorSpec(wide(op.logits().dtype()), rows);
        requireSpec(op, "losses", op.losses(), perRow);
        requireShape(op, "logSumExp", op.logSumExp(), rows);
        requireType(op, "logSumExp", op.logSumExp(), perRow.dtype());
    }

    static void check(CrossEntropyBackward op) {
        requireFloat(op, op.logits());
        requireRank(op, "logits", op.logits(), 2);
        Shape rows = op.logits().shape().without(-1);
        requireIndex(op, "targets", op.targets());
        requireShape(op, "targets", op.targets(), rows);
        TensorSpec perRow = new TensorSpec(wide(op.logits().dtype()), rows);
        requireSpec(op, "logSumExp", op.logSumExp(), perRow);
        requireSpec(op, "gradLosses", op.gradLosses(), perRow);
        requireSpec(op, "gradLogits", op.gradLogits(), op.logits().spec());
    }
}
