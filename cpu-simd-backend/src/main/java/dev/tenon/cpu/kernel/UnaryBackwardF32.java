package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setFloat;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Activations;
import dev.tenon.cpu.math.ErrorFunction;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.math.Rounding;
import dev.tenon.cpu.math.Trigonometry;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.Activation;
import dev.tenon.op.UnaryKind;
import jdk.incubator.vector.FloatVector;

/**
 * The derivatives of {@link UnaryKind}s on F32 vectors, times the gradient: operands in, gradOut, gradIn.
 */
final class UnaryBackwardF32 {
    private static final float LN2 = 0x1.62e43p-1f;

    private UnaryBackwardF32() {}

    static TileKernel of(UnaryKind kind) {
        return switch (kind) {
            case NEGATE -> UnaryBackwardF32::negate;
            case ABS -> UnaryBackwardF32::abs;
            case SQUARE -> UnaryBackwardF32::square;
            case SQRT -> UnaryBackwardF32::sqrt;
            case RSQRT -> UnaryBackwardF32::rsqrt;
            case RECIPROCAL -> UnaryBackwardF32::reciprocal;
            case EXP -> UnaryBackwardF32::exp;
            case EXP2 -> UnaryBackwardF32::exp2;
            case EXPM1 -> UnaryBackwardF32::expm1;
            case LOG -> UnaryBackwardF32::log;
            case LOG2 -> UnaryBackwardF32::log2;
            case LOG1P -> UnaryBackwardF32::log1p;
            case SIN -> UnaryBackwardF32::sin;
            case COS -> UnaryBackwardF32::cos;
            case TANH -> UnaryBackwardF32::tanh;
            case ERF -> UnaryBackwardF32::erf;
            case SIGMOID -> UnaryBackwardF32::sigmoid;
            case SOFTPLUS -> UnaryBackwardF32::softplus;
            case RELU -> UnaryBackwardF32::relu;
            case GELU -> slopes(Activation.GELU);
            case GELU_TANH -> slopes(Activation.GELU_TANH);
            case GELU_QUICK -> slopes(Activation.GELU_QUICK);
            case SILU -> slopes(Activation.SILU);
            case SIGN, FLOOR, CEIL, ROUND -> UnaryBackwardF32::flat;
            case NOT -> throw new AssertionError("NOT has no gradient");
        };
    }

    /** The slope goes to a tile first. */
    private static TileKernel slopes(Activation activation) {
        return (at, count) -> {
            long slope = Scratch.current().tile(GatedKernels.TILE);
            for (int from = 0; from < count; from += Scratch.TILE) {
                int n = Math.min(Scratch.TILE, count - from);
                ActivationTiles.slope(activation, at[0] + 4L * from, slope, n);
                GatedKernels.multiply(slope, at[1] + 4L * from, at[2] + 4L * from, n);
            }
        };
    }

    private static void negate(long[] at, int count) {
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.neg());
        }
    }

    private static void abs(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Rounding.sign(x)));
        }
    }

    private static void square(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(x.add(x)));
        }
    }

    private static void sqrt(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(0.5f).div(x.sqrt()));
        }
    }

    private static void rsqrt(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(-0.5f).div(x.mul(x.sqrt())));
        }
    }

    private static void reciprocal(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.neg().div(x.mul(x)));
        }
    }

    private static void exp(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Exponential.exp(x)));
        }
    }

    private static void exp2(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Exponential.exp2(x).mul(LN2)));
        }
    }

    private static void expm1(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Exponential.exp(x)));
        }
    }

    private static void log(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.div(x));
        }
    }

    private static void log2(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.div(x.mul(LN2)));
        }
    }

    private static void log1p(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.div(x.add(1)));
        }
    }

    private static void sin(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            if (Trigonometry.beyond(x).anyTrue()) {
                for (long a = 4L * i; a < 4L * (i + Lanes.COUNT); a += 4) {
                    setFloat(out + a, getFloat(grad + a) * (float) Math.cos(getFloat(in + a)));
                }
            } else {
                FloatVector g = load(grad + 4L * i);
                store(out + 4L * i, g.mul(Trigonometry.cos(x)));
            }
        }
    }

    private static void cos(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            if (Trigonometry.beyond(x).anyTrue()) {
                for (long a = 4L * i; a < 4L * (i + Lanes.COUNT); a += 4) {
                    setFloat(out + a, getFloat(grad + a) * -(float) Math.sin(getFloat(in + a)));
                }
            } else {
                FloatVector g = load(grad + 4L * i);
                store(out + 4L * i, g.neg().mul(Trigonometry.sin(x)));
            }
        }
    }

    private static void tanh(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Exponential.tanhSlope(x)));
        }
    }

    private static void erf(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(ErrorFunction.slope(x)));
        }
    }

    private static void sigmoid(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Exponential.sigmoidSlope(x)));
        }
    }

    private static void softplus(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Exponential.sigmoid(x)));
        }
    }

    private static void relu(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(Activations.reluSlope(x)));
        }
    }

    private static void flat(long[] at, int count) {
        long grad = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector g = load(grad + 4L * i);
            store(out + 4L * i, g.mul(0));
        }
    }
}
