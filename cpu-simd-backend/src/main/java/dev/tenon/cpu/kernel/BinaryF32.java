package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setFloat;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.BinaryKind;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * {@link BinaryKind}s on F32 vectors: operands a, b, out. Comparisons give 1 or 0.
 */
final class BinaryF32 {
    private BinaryF32() {}

    static TileKernel of(BinaryKind kind) {
        return switch (kind) {
            case ADD -> BinaryF32::add;
            case SUBTRACT -> BinaryF32::subtract;
            case MULTIPLY -> BinaryF32::multiply;
            case DIVIDE -> BinaryF32::divide;
            case REMAINDER -> BinaryF32::remainder;
            case POWER -> BinaryF32::power;
            case MAXIMUM -> BinaryF32::maximum;
            case MINIMUM -> BinaryF32::minimum;
            case EQUAL -> BinaryF32::equal;
            case NOT_EQUAL -> BinaryF32::notEqual;
            case LESS -> BinaryF32::less;
            case LESS_EQUAL -> BinaryF32::lessEqual;
            case GREATER -> BinaryF32::greater;
            case GREATER_EQUAL -> BinaryF32::greaterEqual;
            case AND, OR, XOR -> throw new AssertionError("bitwise operators are not for floats");
        };
    }

    private static void add(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, a.add(b));
        }
    }

    private static void subtract(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, a.sub(b));
        }
    }

    private static void multiply(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, a.mul(b));
        }
    }

    private static void divide(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, a.div(b));
        }
    }

    private static void remainder(long[] at, int count) {
        for (int i = 0; i < count; i++) {
            setFloat(at[2] + 4L * i, getFloat(at[0] + 4L * i) % getFloat(at[1] + 4L * i));
        }
    }

    private static void power(long[] at, int count) {
        for (int i = 0; i < count; i++) {
            setFloat(at[2] + 4L * i, (float) Math.pow(getFloat(at[0] + 4L * i), getFloat(at[1] + 4L * i)));
        }
    }

    private static void maximum(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, a.max(b));
        }
    }

    private static void minimum(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, a.min(b));
        }
    }

    private static void equal(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, truth(a.compare(VectorOperators.EQ, b)));
        }
    }

    private static void notEqual(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, truth(a.compare(VectorOperators.NE, b)));
        }
    }

    private static void less(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, truth(a.compare(VectorOperators.LT, b)));
        }
    }

    private static void lessEqual(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, truth(a.compare(VectorOperators.LE, b)));
        }
    }

    private static void greater(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, truth(a.compare(VectorOperators.GT, b)));
        }
    }

    private static void greaterEqual(long[] at, int count) {
        long left = at[0] & ADDRESS_MASK;
        long right = at[1] & ADDRESS_MASK;
        long out = at[2] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector a = load(left + 4L * i);
            FloatVector b = load(right + 4L * i);
            store(out + 4L * i, truth(a.compare(VectorOperators.GE, b)));
        }
    }

    private static FloatVector truth(VectorMask<Float> mask) {
        return splat(0).blend(1, mask);
    }
}
