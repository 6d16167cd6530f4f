package dev.tenon.conformance.reference;

import static dev.tenon.conformance.reference.SpecialFunctions.density;
import static dev.tenon.conformance.reference.SpecialFunctions.erf;
import static dev.tenon.conformance.reference.SpecialFunctions.phi;
import static dev.tenon.conformance.reference.SpecialFunctions.sigmoid;

import dev.tenon.DType;
import dev.tenon.op.Activation;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.GatedActivationBackward;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.UnaryKind;
import java.util.List;

/** Functions of one element, their derivatives, and gated activations. */
final class UnaryReference {
    private static final double ROOT_2_OVER_PI = Math.sqrt(2 / Math.PI);
    private static final double CUBIC = 0.044715;
    private static final double QUICK = 1.702;

    private UnaryReference() {}

    static List<Expected> of(Unary op) {
        Values in = Values.read(op.in());
        DType dtype = in.dtype();
        if (!dtype.isFloat()) {
            long[] out = new long[in.count()];
            for (int i = 0; i < out.length; i++) {
                out[i] = whole(op.kind(), in.whole(i));
            }
            return List.of(Expected.Bits.ofWholes(dtype, out));
        }
        double[] x = in.reals();
        double[] out = new double[x.length];
        double[] scale = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            out[i] = value(op.kind(), x[i]);
            scale[i] = Math.max(Math.abs(out[i]), conditioning(op.kind(), x[i]));
        }
        return List.of(new Expected.Reals(out, scale));
    }

    static List<Expected> of(UnaryBackward op) {
        double[] x = Values.read(op.in()).reals();
        double[] gradOut = Values.read(op.gradOut()).reals();
        double[] out = new double[x.length];
        double[] scale = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            double slope = derivative(op.kind(), x[i]);
            out[i] = slope * gradOut[i];
            scale[i] = Math.max(Math.abs(slope), slopeScale(op.kind(), x[i])) * Math.abs(gradOut[i]);
        }
        return List.of(new Expected.Reals(out, scale));
    }

    static List<Expected> of(GatedActivation op) {
        double[] gate = Values.read(op.gate()).reals();
        double[] up = Values.read(op.up()).reals();
        double[] out = new double[gate.length];
        double[] scale = new double[gate.length];
        for (int i = 0; i < gate.length; i++) {
            out[i] = activate(op.activation(), gate[i]) * up[i];
            scale[i] = activationScale(op.activation(), gate[i]) * Math.abs(up[i]);
        }
        return List.of(new Expected.Reals(out, scale));
    }

    static List<Expected> of(GatedActivationBackward op) {
        double[] gate = Values.read(op.gate()).reals();
        double[] up = Values.read(op.up()).reals();
        double[] gradOut = Values.read(op.gradOut()).reals();
        int n = gate.length;
        double[] gradGate = new double[n];
        double[] gateScale = new double[n];
        double[] gradUp = new double[n];
        double[] upScale = new double[n];
        for (int i = 0; i < n; i++) {
            double slope = op.activation() == Activation.NONE ? 1 : derivative(kind(op.activation()), gate[i]);
            gradGate[i] = gradOut[i] * up[i] * slope;
            gateScale[i] = Math.abs(gradOut[i] * up[i]) * Math.max(1, Math.abs(slope));
            gradUp[i] = gradOut[i] * activate(op.activation(), gate[i]);
            upScale[i] = Math.abs(gradOut[i]) * activationScale(op.activation(), gate[i]);
        }
        return List.of(new Expected.Reals(gradGate, gateScale), new Expected.Reals(gradUp, upScale));
    }

    static double activate(Activation activation, double x) {
        return activation == Activation.NONE ? x : value(kind(activation), x);
    }

    /** What an activation's rounding errors are proportional to. */
    static double activationScale(Activation activation, double x) {
        double value = Math.abs(activate(activation, x));
        return activation == Activation.NONE ? value : Math.max(value, conditioning(kind(activation), x));
    }

    private static UnaryKind kind(Activation activation) {
        return switch (activation) {
            case RELU -> UnaryKind.RELU;
            case GELU -> UnaryKind.GELU;
            case GELU_TANH -> UnaryKind.GELU_TANH;
            case GELU_QUICK -> UnaryKind.GELU_QUICK;
            case SILU -> UnaryKind.SILU;
            case SIGMOID -> UnaryKind.SIGMOID;
            case TANH -> UnaryKind.TANH;
            case NONE -> throw new IllegalArgumentException("no function");
        };
    }

    private static double value(UnaryKind kind, double x) {
        return switch (kind) {
            case NEGATE -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Math.signum(x);
            case SQUARE -> x * x;
            case SQRT -> Math.sqrt(x);
            case RSQRT -> 1 / Math.sqrt(x);
            case RECIPROCAL -> 1 / x;
            case EXP -> Math.exp(x);
            case EXP2 -> Math.pow(2, x);
            case EXPM1 -> Math.expm1(x);
            case LOG -> Math.log(x);
            case LOG2 -> Math.log(x) / Math.log(2);
            case LOG1P -> Math.log1p(x);
            case SIN -> Math.sin(x);
            case COS -> Math.cos(x);
            case TANH -> Math.tanh(x);
            case ERF -> erf(x);
            case SIGMOID -> sigmoid(x);
            case SOFTPLUS -> SpecialFunctions.softplus(x);
            case FLOOR -> Math.floor(x);
            case CEIL -> Math.ceil(x);
            case ROUND -> Math.rint(x);
            case RELU -> Double.isNaN(x) ? x : Math.max(x, 0);
            // Negative infinity times a factor of 0 is the function's limit, 0.
            case GELU -> x == Double.NEGATIVE_INFINITY ? 0 : x * phi(x);
            case GELU_TANH -> x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(2 * inner(x));
            case GELU_QUICK -> x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(QUICK * x);
            case SILU -> x == Double.NEGATIVE_INFINITY ? 0 : x * sigmoid(x);
            case NOT -> throw new IllegalArgumentException("NOT is for BOOL");
        };
    }

    private static double inner(double x) {
        return ROOT_2_OVER_PI * (x + CUBIC * x * x * x);
    }

    /**
     * Where a function is a product with a factor that vanishes, or a difference near a zero, errors are proportional to
     * more than the value: x for the gated functions, 1 for sine and cosine.
     */
    private static double conditioning(UnaryKind kind, double x) {
        return switch (kind) {
            case GELU, GELU_TANH, GELU_QUICK, SILU -> Double.isInfinite(x) ? 0 : Math.abs(x);
            case SIN, COS -> 1;
            case NEGATE, ABS, SIGN, SQUARE, SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG1P -> 0;
            case TANH, ERF, SIGMOID, SOFTPLUS, FLOOR, CEIL, ROUND, RELU, NOT -> 0;
        };
    }

    static double derivative(UnaryKind kind, double x) {
        return switch (kind) {
            case NEGATE -> -1;
            case ABS -> Math.signum(x);
            case SIGN, FLOOR, CEIL, ROUND -> 0;
            case SQUARE -> 2 * x;
            case SQRT -> 0.5 / Math.sqrt(x);
            case RSQRT -> -0.5 / (x * Math.sqrt(x));
            case RECIPROCAL -> -1 / (x * x);
            case EXP, EXPM1 -> Math.exp(x);
            case EXP2 -> Math.log(2) * Math.pow(2, x);
            case LOG -> 1 / x;
            case LOG2 -> 1 / (x * Math.log(2));
            case LOG1P -> 1 / (1 + x);
            case SIN -> Math.cos(x);
            case COS -> -Math.sin(x);
            case TANH -> 1 / (Math.cosh(x) * Math.cosh(x));
            case ERF -> 2 / Math.sqrt(Math.PI) * Math.exp(-x * x);
            case SIGMOID -> sigmoid(x) * sigmoid(-x);
            case SOFTPLUS -> sigmoid(x);
            case RELU -> x > 0 ? 1 : 0;
            case GELU -> phi(x) + x * density(x);
            case GELU_TANH -> {
                // 1 + tanh(u) as 2 sigmoid(2 u): the sum would lose what is left of it far below 0.
                double share = sigmoid(2 * inner(x));
                yield share * (1 + 2 * x * sigmoid(-2 * inner(x)) * ROOT_2_OVER_PI * (1 + 3 * CUBIC * x * x));
            }
            case GELU_QUICK -> sigmoid(QUICK * x) * (1 + QUICK * x * sigmoid(-QUICK * x));
            case SILU -> sigmoid(x) * (1 + x * sigmoid(-x));
            case NOT -> throw new IllegalArgumentException("NOT has no derivative");
        };
    }

    /** The terms that a derivative is made of, where they are more than its value. */
    private static double slopeScale(UnaryKind kind, double x) {
        return switch (kind) {
            case SIN, COS, TANH, SIGMOID, ERF -> 1;
            case GELU, GELU_TANH, GELU_QUICK, SILU -> 1 + Math.min(Math.abs(x), 4);
            case NEGATE, ABS, SIGN, SQUARE, SQRT, RSQRT, RECIPROCAL, EXP, EXP2, EXPM1, LOG, LOG2, LOG1P -> 0;
            case SOFTPLUS, FLOOR, CEIL, ROUND, RELU, NOT -> 0;
        };
    }

    private static long whole(UnaryKind kind, long x) {
        return switch (kind) {
            case NEGATE -> -x;
            case ABS -> Math.abs(x);
            case SIGN -> Long.signum(x);
            case SQUARE -> x * x;
            case NOT -> x == 0 ? 1 : 0;
            case SQRT,
                    RSQRT,
                    RECIPROCAL,
                    EXP,
                    EXP2,
                    EXPM1,
                    LOG,
                    LOG2,
                    LOG1P,
                    SIN,
                    COS,
                    TANH,
                    ERF,
                    SIGMOID,
                    SOFTPLUS,
                    FLOOR,
                    CEIL,
                    ROUND,
                    RELU,
                    GELU,
                    GELU_TANH,
                    GELU_QUICK,
                    SILU -> throw new IllegalArgumentException(kind + " is for floats");
        };
    }
}
