package dev.tenon.op;

import static dev.tenon.op.Inference.require;
import static dev.tenon.op.Inference.requireArgument;
import static dev.tenon.op.Inference.requireFloat;
import static dev.tenon.op.Inference.requireShape;
import static dev.tenon.op.Inference.requireSpec;
import static dev.tenon.op.Inference.requireType;
import static dev.tenon.op.Inference.wide;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import org.jspecify.annotations.Nullable;

/** Inference for normalizations and their gradients. */
final class NormInference {
    private NormInference() {}

    static void check(LayerNorm op) {
        input(op, op.in(), op.epsilon());
        weight(op, "weight", op.weight(), op.in());
        weight(op, "bias", op.bias(), op.in());
        requireSpec(op, "out", op.out(), op.in().spec());
        statistic(op, "mean", op.mean(), op.in());
        statistic(op, "rstd", op.rstd(), op.in());
    }

    static void check(LayerNormBackward op) {
        input(op, op.in(), 0);
        weight(op, "weight", op.weight(), op.in());
        requireSpec(op, "gradOut", op.gradOut(), op.in().spec());
        requireSpec(op, "gradIn", op.gradIn(), op.in().spec());
        statistic(op, "mean", op.mean(), op.in());
        statistic(op, "rstd", op.rstd(), op.in());
        weight(op, "gradWeight", op.gradWeight(), op.in());
        weight(op, "gradBias", op.gradBias(), op.in());
    }

    static void check(RmsNorm op) {
        input(op, op.in(), op.epsilon());
        same(op, "residual", op.residual(), op.in());
        weight(op, "weight", op.weight(), op.in());
        requireSpec(op, "out", op.out(), op.in().spec());
        same(op, "sum", op.sum(), op.in());
        statistic(op, "rstd", op.rstd(), op.in());
    }

    static void check(RmsNormBackward op) {
        input(op, op.sum(), 0);
        weight(op, "weight", op.weight(), op.sum());
        requireSpec(op, "gradOut", op.gradOut(), op.sum().spec());
        requireSpec(op, "gradIn", op.gradIn(), op.sum().spec());
        same(op, "gradSum", op.gradSum(), op.sum());
        statistic(op, "rstd", op.rstd(), op.sum());
        weight(op, "gradWeight", op.gradWeight(), op.sum());
    }

    private static void input(Op op, Tensor in, float epsilon) {
        requireFloat(op, in);
        require(op, in.shape().rank() > 0 && in.shape().size(-1) > 0, "needs a last axis that is not empty");
        requireArgument(op, epsilon >= 0, "epsilon must be at least 0");
    }

    private static void weight(Op op, String operand, @Nullable Tensor weight, Tensor in) {
        if (weight != null) {
            requireShape(op, operand, weight, Shape.of(in.shape().size(-1)));
            requireType(op, operand, weight, in.dtype(), in.dtype() == DType.F64 ? DType.F64 : DType.F32);
        }
    }

    private static void same(Op op, String operand, @Nullable Tensor tensor, Tensor in) {
        requireShape(op, operand, tensor, in.shape());
        requireType(op, operand, tensor, in.dtype());
    }

    private static void statistic(Op op, String operand, @Nullable Tensor tensor, Tensor in) {
        requireShape(op, operand, tensor, in.shape().without(-1));
        requireType(op, operand, tensor, wide(in.dtype()));
    }
}
