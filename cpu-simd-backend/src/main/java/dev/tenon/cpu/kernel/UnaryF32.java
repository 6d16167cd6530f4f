package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setFloat;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Activations;
import dev.tenon.cpu.math.Exponential;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.math.Logarithm;
import dev.tenon.cpu.math.Rounding;
import dev.tenon.cpu.math.Trigonometry;
import dev.tenon.cpu.plan.Scratch;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.UnaryKind;
import jdk.incubator.vector.FloatVector;

/**
 * {@link UnaryKind}s on F32 vectors: operand 0 in, operand 1 out. One loop a function, so that each is compiled for itself.
 */
final class UnaryF32 {
    private UnaryF32() {}

    static TileKernel of(UnaryKind kind) {
        return switch (kind) {
            case NEGATE -> UnaryF32::negate;
            case ABS -> UnaryF32::abs;
            case SIGN -> UnaryF32::sign;
            case SQUARE -> UnaryF32::square;
            case SQRT -> UnaryF32::sqrt;
            case RSQRT -> UnaryF32::rsqrt;
            case RECIPROCAL -> UnaryF32::reciprocal;
            case EXP -> UnaryF32::exp;
            case EXP2 -> UnaryF32::exp2;
            case EXPM1 -> UnaryF32::expm1;
            case LOG -> UnaryF32::log;
            case LOG2 -> UnaryF32::log2;
            case LOG1P -> UnaryF32::log1p;
            case SIN -> UnaryF32::sin;
            case COS -> UnaryF32::cos;
            case TANH -> UnaryF32::tanh;
            case ERF -> tiles(ActivationTiles::erf);
            case SIGMOID -> UnaryF32::sigmoid;
            case SOFTPLUS -> tiles(ActivationTiles::softplus);
            case FLOOR -> UnaryF32::floor;
            case CEIL -> UnaryF32::ceil;
            case ROUND -> UnaryF32::round;
            case RELU -> UnaryF32::relu;
            case GELU -> tiles(ActivationTiles::gelu);
            case GELU_TANH -> UnaryF32::geluTanh;
            case GELU_QUICK -> UnaryF32::geluQuick;
            case SILU -> UnaryF32::silu;
            case NOT -> throw new AssertionError("NOT is for BOOL");
        };
    }

    private interface Tile {
        void run(long in, long out, int count);
    }

    /** A function that needs a tile for what it has half-way. */
    private static TileKernel tiles(Tile tile) {
        return (at, count) -> {
            for (int from = 0; from < count; from += Scratch.TILE) {
                tile.run(at[0] + 4L * from, at[1] + 4L * from, Math.min(Scratch.TILE, count - from));
            }
        };
    }

    private static void negate(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, x.neg());
        }
    }

    private static void abs(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, x.abs());
        }
    }

    private static void sign(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Rounding.sign(x));
        }
    }

    private static void square(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, x.mul(x));
        }
    }

    private static void sqrt(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, x.sqrt());
        }
    }

    private static void rsqrt(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, splat(1).div(x.sqrt()));
        }
    }

    private static void reciprocal(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, splat(1).div(x));
        }
    }

    private static void exp(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.exp(x));
        }
    }

    private static void exp2(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.exp2(x));
        }
    }

    private static void expm1(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.expm1(x));
        }
    }

    private static void log(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Logarithm.log(x));
        }
    }

    private static void log2(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Logarithm.log2(x));
        }
    }

    private static void log1p(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Logarithm.log1p(x));
        }
    }

    private static void sin(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            if (Trigonometry.beyond(x).anyTrue()) {
                for (long a = 4L * i; a < 4L * (i + Lanes.COUNT); a += 4) {
                    setFloat(out + a, (float) Math.sin(getFloat(in + a)));
                }
            } else {
                store(out + 4L * i, Trigonometry.sin(x));
            }
        }
    }

    private static void cos(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            if (Trigonometry.beyond(x).anyTrue()) {
                for (long a = 4L * i; a < 4L * (i + Lanes.COUNT); a += 4) {
                    setFloat(out + a, (float) Math.cos(getFloat(in + a)));
                }
            } else {
                store(out + 4L * i, Trigonometry.cos(x));
            }
        }
    }

    private static void tanh(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.tanh(x));
        }
    }

    private static void sigmoid(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Exponential.sigmoid(x));
        }
    }

    private static void floor(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Rounding.floor(x));
        }
    }

    private static void ceil(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Rounding.ceil(x));
        }
    }

    private static void round(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Rounding.round(x));
        }
    }

    private static void relu(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.relu(x));
        }
    }

    private static void geluTanh(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.geluTanh(x));
        }
    }

    private static void geluQuick(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.geluQuick(x));
        }
    }

    private static void silu(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector x = load(in + 4L * i);
            store(out + 4L * i, Activations.silu(x));
        }
    }
}
