package dev.tenon.cpu.kernel;

import dev.tenon.cpu.math.DoubleMath;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.UnaryKind;

/** {@link UnaryKind}s and their gradients in each domain. */
public final class UnaryKernels {
    private UnaryKernels() {}

    /** Operands in, out. */
    public static TileKernel of(UnaryKind kind, Domain domain) {
        return switch (domain) {
            case F32 -> UnaryF32.of(kind);
            case F64 -> doubles(kind);
            case I64 -> longs(kind);
        };
    }

    /** Operands in, gradOut, gradIn. */
    public static TileKernel backward(UnaryKind kind, Domain domain) {
        return domain == Domain.F32 ? UnaryBackwardF32.of(kind) : slopes(kind);
    }

    private static TileKernel doubles(UnaryKind kind) {
        return switch (kind) {
            case NEGATE -> Scalar.map((double x) -> -x);
            case ABS -> Scalar.map((double x) -> Math.abs(x));
            case SIGN -> Scalar.map((double x) -> Math.signum(x));
            case SQUARE -> Scalar.map((double x) -> x * x);
            case SQRT -> Scalar.map((double x) -> Math.sqrt(x));
            case RSQRT -> Scalar.map((double x) -> 1 / Math.sqrt(x));
            case RECIPROCAL -> Scalar.map((double x) -> 1 / x);
            case EXP -> Scalar.map((double x) -> Math.exp(x));
            case EXP2 -> Scalar.map((double x) -> DoubleMath.exp2(x));
            case EXPM1 -> Scalar.map((double x) -> Math.expm1(x));
            case LOG -> Scalar.map((double x) -> Math.log(x));
            case LOG2 -> Scalar.map((double x) -> DoubleMath.log2(x));
            case LOG1P -> Scalar.map((double x) -> Math.log1p(x));
            case SIN -> Scalar.map((double x) -> Math.sin(x));
            case COS -> Scalar.map((double x) -> Math.cos(x));
            case TANH -> Scalar.map((double x) -> Math.tanh(x));
            case ERF -> Scalar.map((double x) -> DoubleMath.erf(x));
            case SIGMOID -> Scalar.map((double x) -> DoubleMath.sigmoid(x));
            case SOFTPLUS -> Scalar.map((double x) -> DoubleMath.softplus(x));
            case FLOOR -> Scalar.map((double x) -> Math.floor(x));
            case CEIL -> Scalar.map((double x) -> Math.ceil(x));
            case ROUND -> Scalar.map((double x) -> Math.rint(x));
            case RELU -> Scalar.map((double x) -> DoubleMath.relu(x));
            case GELU -> Scalar.map((double x) -> DoubleMath.gelu(x));
            case GELU_TANH -> Scalar.map((double x) -> DoubleMath.geluTanh(x));
            case GELU_QUICK -> Scalar.map((double x) -> DoubleMath.geluQuick(x));
            case SILU -> Scalar.map((double x) -> DoubleMath.silu(x));
            case NOT -> throw new AssertionError("NOT is for BOOL");
        };
    }

    private static TileKernel slopes(UnaryKind kind) {
        return switch (kind) {
            case NEGATE -> Scalar.map((double x, double g) -> -g);
            case ABS -> Scalar.map((double x, double g) -> g * Math.signum(x));
            case SIGN, FLOOR, CEIL, ROUND -> Scalar.map((double x, double g) -> g * 0);
            case SQUARE -> Scalar.map((double x, double g) -> g * 2 * x);
            case SQRT -> Scalar.map((double x, double g) -> g * 0.5 / Math.sqrt(x));
            case RSQRT -> Scalar.map((double x, double g) -> g * -0.5 / (x * Math.sqrt(x)));
            case RECIPROCAL -> Scalar.map((double x, double g) -> -g / (x * x));
            case EXP, EXPM1 -> Scalar.map((double x, double g) -> g * Math.exp(x));
            case EXP2 -> Scalar.map((double x, double g) -> g * DoubleMath.exp2(x) * Math.log(2));
            case LOG -> Scalar.map((double x, double g) -> g / x);
            case LOG2 -> Scalar.map((double x, double g) -> g / (x * Math.log(2)));
            case LOG1P -> Scalar.map((double x, double g) -> g / (1 + x));
            case SIN -> Scalar.map((double x, double g) -> g * Math.cos(x));
            case COS -> Scalar.map((double x, double g) -> g * -Math.sin(x));
            case TANH -> Scalar.map((double x, double g) -> g * 4 * DoubleMath.sigmoidSlope(2 * x));
            case ERF -> Scalar.map((double x, double g) -> g * DoubleMath.erfSlope(x));
            case SIGMOID -> Scalar.map((double x, double g) -> g * DoubleMath.sigmoidSlope(x));
            case SOFTPLUS -> Scalar.map((double x, double g) -> g * DoubleMath.sigmoid(x));
            case RELU -> Scalar.map((double x, double g) -> g * (x > 0 ? 1 : x <= 0 ? 0 : x));
            case GELU -> Scalar.map((double x, double g) -> g * DoubleMath.geluSlope(x));
            case GELU_TANH -> Scalar.map((double x, double g) -> g * DoubleMath.geluTanhSlope(x));
            case GELU_QUICK -> Scalar.map((double x, double g) -> g * DoubleMath.geluQuickSlope(x));
            case SILU -> Scalar.map((double x, double g) -> g * DoubleMath.siluSlope(x));
            case NOT -> throw new AssertionError("NOT has no gradient");
        };
    }

    private static TileKernel longs(UnaryKind kind) {
        return switch (kind) {
            case NEGATE -> Scalar.map((long x) -> -x);
            case ABS -> Scalar.map((long x) -> Math.abs(x));
            case SIGN -> Scalar.map((long x) -> Long.signum(x));
            case SQUARE -> Scalar.map((long x) -> x * x);
            case NOT -> Scalar.map((long x) -> x ^ 1);
            case SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG1P, SIN, COS, TANH, ERF, SIGMOID ->
                throw floats(kind);
            case SOFTPLUS, FLOOR, CEIL, ROUND, RELU, GELU, GELU_TANH, GELU_QUICK, SILU -> throw floats(kind);
        };
    }

    private static AssertionError floats(UnaryKind kind) {
        return new AssertionError(kind + " is for floats");
    }
}
