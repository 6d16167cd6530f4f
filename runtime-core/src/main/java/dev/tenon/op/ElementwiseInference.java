package dev.tenon.op;

import static dev.tenon.op.Inference.requireArgument;
import static dev.tenon.op.Inference.requireFloat;
import static dev.tenon.op.Inference.requirePlain;
import static dev.tenon.op.Inference.requireShape;
import static dev.tenon.op.Inference.requireSpec;
import static dev.tenon.op.Inference.requireType;
import static dev.tenon.op.Inference.wide;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import dev.tenon.op.RandomFill.Bernoulli;
import dev.tenon.op.RandomFill.Normal;
import dev.tenon.op.RandomFill.Uniform;
import java.util.List;

/** Inference for operators that work element by element. */
final class ElementwiseInference {
    private ElementwiseInference() {}

    static void check(Unary op) {
        DType type = op.in().dtype();
        boolean allowed = switch (op.kind()) {
            case NEGATE, ABS, SIGN, SQUARE -> type.isFloat() || type.isInteger();
            case NOT -> type == DType.BOOL;
            default -> type.isFloat();
        };
        if (!allowed) {
            throw new DTypeException("unary " + op.kind(), "not defined for this type", List.of(type));
        }
        requireSpec(op, "out", op.out(), op.in().spec());
    }

    static void check(UnaryBackward op) {
        requireFloat(op, op.in());
        requireArgument(op, op.kind() != UnaryKind.NOT, "NOT has no gradient");
        requireSpec(op, "gradOut", op.gradOut(), op.in().spec());
        requireSpec(op, "gradIn", op.gradIn(), op.in().spec());
    }

    static TensorSpec binary(BinaryKind kind, TensorSpec a, TensorSpec b) {
        DType type = a.dtype();
        boolean allowed = type == b.dtype()
                && !type.isQuantized()
                && (kind.isBitwise()
                        ? !type.isFloat()
                        : kind == BinaryKind.POWER
                                ? type.isFloat()
                                : type != DType.BOOL || kind == BinaryKind.EQUAL || kind == BinaryKind.NOT_EQUAL);
        if (!allowed) {
            throw new DTypeException("binary " + kind, "not defined for these types", List.of(type, b.dtype()));
        }
        Shape shape = a.shape().equals(b.shape()) ? a.shape() : Shape.broadcast("binary " + kind, a.shape(), b.shape());
        return kind.isComparison()
                ? new TensorSpec(DType.BOOL, shape)
                : shape == a.shape() ? a : new TensorSpec(type, shape);
    }

    static void check(Binary op) {
        requireSpec(op, "out", op.out(), binary(op.kind(), op.a().spec(), op.b().spec()));
    }

    static TensorSpec where(TensorSpec condition, TensorSpec a, TensorSpec b) {
        if (condition.dtype() != DType.BOOL
                || a.dtype() != b.dtype()
                || a.dtype().isQuantized()) {
            throw new DTypeException(
                    "where", "BOOL and two of one plain type", List.of(condition.dtype(), a.dtype(), b.dtype()));
        }
        Shape shape = Shape.broadcast("where", condition.shape(), Shape.broadcast("where", a.shape(), b.shape()));
        return new TensorSpec(a.dtype(), shape);
    }

    static void check(Where op) {
        requireSpec(
                op,
                "out",
                op.out(),
                where(op.condition().spec(), op.a().spec(), op.b().spec()));
    }

    static void check(Cast op) {
        requirePlain(op, op.in());
        requirePlain(op, op.out());
        requireShape(op, "out", op.out(), op.in().shape());
    }

    static void check(Copy op) {
        requireType(op, "out", op.out(), op.in().dtype());
        op.in().layout().broadcastTo(op.out().shape());
        if (op.in().dtype().isQuantized()) {
            MatmulInference.requireBlockRows(op, "in", op.in());
            MatmulInference.requireBlockRows(op, "out", op.out());
        }
    }

    static void check(RandomFill op) {
        requireFloat(op, op.out());
        boolean allowed = switch (op.distribution()) {
            case Uniform(float low, float high) -> low <= high && Float.isFinite(high - low);
            case Normal(float mean, float deviation) -> Float.isFinite(mean) && deviation >= 0;
            case Bernoulli(float probability) -> probability >= 0 && probability <= 1;
        };
        requireArgument(op, allowed, "impossible distribution " + op.distribution());
    }

    static void check(GatedActivation op) {
        requireFloat(op, op.gate());
        requireSpec(op, "up", op.up(), op.gate().spec());
        requireSpec(op, "out", op.out(), op.gate().spec());
    }

    static void check(GatedActivationBackward op) {
        requireFloat(op, op.gate());
        requireSpec(op, "up", op.up(), op.gate().spec());
        requireSpec(op, "gradOut", op.gradOut(), op.gate().spec());
        requireSpec(op, "gradGate", op.gradGate(), op.gate().spec());
        requireSpec(op, "gradUp", op.gradUp(), op.gate().spec());
    }

    static void check(AdamW op) {
        requireFloat(op, op.parameter());
        DType type = op.parameter().dtype();
        Shape shape = op.parameter().shape();
        requireShape(op, "gradient", op.gradient(), shape);
        requireType(op, "gradient", op.gradient(), type, DType.F32);
        TensorSpec moment = new TensorSpec(wide(type), shape);
        requireSpec(op, "firstMoment", op.firstMoment(), moment);
        requireSpec(op, "secondMoment", op.secondMoment(), moment);
        requireSpec(op, "schedule", op.schedule(), new TensorSpec(DType.F32, Shape.of(3)));
        requireArgument(
                op,
                op.beta1() >= 0 && op.beta1() < 1 && op.beta2() >= 0 && op.beta2() < 1 && op.epsilon() >= 0,
                "beta1, beta2 in [0, 1) and epsilon at least 0");
    }
}
