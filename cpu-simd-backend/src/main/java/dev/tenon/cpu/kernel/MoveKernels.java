package dev.tenon.cpu.kernel;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.getLong;
import static dev.tenon.cpu.OffHeap.setLong;
import static dev.tenon.cpu.math.Lanes.load;
import static dev.tenon.cpu.math.Lanes.splat;
import static dev.tenon.cpu.math.Lanes.store;

import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;

/** Tiles filled, copied and chosen from. */
public final class MoveKernels {
    private MoveKernels() {}

    /** Operands in, out. Between staged operands the copy is the conversion's middle. */
    public static void copyF32(long[] at, int count) {
        copyF32(at[0], at[1], count);
    }

    static void copyF32(long from, long to, int count) {
        long in = from & ADDRESS_MASK;
        long out = to & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            store(out + 4L * i, load(in + 4L * i));
        }
    }

    public static void copy64(long[] at, int count) {
        long in = at[0] & ADDRESS_MASK;
        long out = at[1] & ADDRESS_MASK;
        for (int i = 0; i < count; i++) {
            setLong(out + 8L * i, getLong(in + 8L * i));
        }
    }

    /** Operands in (integers), out (the bits of F64). */
    public static void longsToDoubles(long[] at, int count) {
        for (int i = 0; i < count; i++) {
            setLong(at[1] + 8L * i, Double.doubleToRawLongBits((double) getLong(at[0] + 8L * i)));
        }
    }

    public static void fillF32(long address, float value, int count) {
        long out = address & ADDRESS_MASK;
        FloatVector v = splat(value);
        for (int i = 0; i < count; i += Lanes.COUNT) {
            store(out + 4L * i, v);
        }
    }

    public static void fill64(long address, long bits, int count) {
        long out = address & ADDRESS_MASK;
        for (int i = 0; i < count; i++) {
            setLong(out + 8L * i, bits);
        }
    }

    /** Operands condition (1 or 0), a, b, out. */
    public static void whereF32(long[] at, int count) {
        long condition = at[0] & ADDRESS_MASK;
        long a = at[1] & ADDRESS_MASK;
        long b = at[2] & ADDRESS_MASK;
        long out = at[3] & ADDRESS_MASK;
        for (int i = 0; i < count; i += Lanes.COUNT) {
            FloatVector c = load(condition + 4L * i);
            store(out + 4L * i, load(b + 4L * i).blend(load(a + 4L * i), c.compare(VectorOperators.NE, 0)));
        }
    }

    public static void whereI64(long[] at, int count) {
        for (int i = 0; i < count; i++) {
            long from = getLong(at[0] + 8L * i) != 0 ? at[1] : at[2];
            setLong(at[3] + 8L * i, getLong(from + 8L * i));
        }
    }
}
