package dev.tenon.cpu.kernel;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.plan.TileKernel;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;

/** Loops over F64 and 64-bit integers, for types that no hot path has. */
final class Scalar {
    /** A comparison. */
    interface DoubleTest {
        boolean test(double a, double b);
    }

    /** A comparison. */
    interface LongTest {
        boolean test(long a, long b);
    }

    private Scalar() {}

    static TileKernel map(DoubleUnaryOperator f) {
        return (at, count) -> {
            for (int i = 0; i < count; i++) {
                OffHeap.setDouble(at[1] + 8L * i, f.applyAsDouble(OffHeap.getDouble(at[0] + 8L * i)));
            }
        };
    }

    static TileKernel map(DoubleBinaryOperator f) {
        return (at, count) -> {
            for (int i = 0; i < count; i++) {
                double a = OffHeap.getDouble(at[0] + 8L * i);
                double b = OffHeap.getDouble(at[1] + 8L * i);
                OffHeap.setDouble(at[2] + 8L * i, f.applyAsDouble(a, b));
            }
        };
    }

    static TileKernel test(DoubleTest f) {
        return map((double a, double b) -> f.test(a, b) ? 1 : 0);
    }

    static TileKernel map(LongUnaryOperator f) {
        return (at, count) -> {
            for (int i = 0; i < count; i++) {
                OffHeap.setLong(at[1] + 8L * i, f.applyAsLong(OffHeap.getLong(at[0] + 8L * i)));
            }
        };
    }

    static TileKernel map(LongBinaryOperator f) {
        return (at, count) -> {
            for (int i = 0; i < count; i++) {
                long a = OffHeap.getLong(at[0] + 8L * i);
                long b = OffHeap.getLong(at[1] + 8L * i);
                OffHeap.setLong(at[2] + 8L * i, f.applyAsLong(a, b));
            }
        };
    }

    static TileKernel test(LongTest f) {
        return map((long a, long b) -> f.test(a, b) ? 1 : 0);
    }
}
