package dev.tenon.cpu.kernel;

import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.TileKernel;
import dev.tenon.op.BinaryKind;

/** {@link BinaryKind}s in each domain: operands a, b, out. Comparisons give 1 or 0. */
public final class BinaryKernels {
    private BinaryKernels() {}

    public static TileKernel of(BinaryKind kind, Domain domain) {
        return switch (domain) {
            case F32 -> BinaryF32.of(kind);
            case F64 -> doubles(kind);
            case I64 -> longs(kind);
        };
    }

    private static TileKernel doubles(BinaryKind kind) {
        return switch (kind) {
            case ADD -> Scalar.map((double a, double b) -> a + b);
            case SUBTRACT -> Scalar.map((double a, double b) -> a - b);
            case MULTIPLY -> Scalar.map((double a, double b) -> a * b);
            case DIVIDE -> Scalar.map((double a, double b) -> a / b);
            case REMAINDER -> Scalar.map((double a, double b) -> a % b);
            case POWER -> Scalar.map((double a, double b) -> Math.pow(a, b));
            case MAXIMUM -> Scalar.map((double a, double b) -> Math.max(a, b));
            case MINIMUM -> Scalar.map((double a, double b) -> Math.min(a, b));
            case EQUAL -> Scalar.test((double a, double b) -> a == b);
            case NOT_EQUAL -> Scalar.test((double a, double b) -> a != b);
            case LESS -> Scalar.test((double a, double b) -> a < b);
            case LESS_EQUAL -> Scalar.test((double a, double b) -> a <= b);
            case GREATER -> Scalar.test((double a, double b) -> a > b);
            case GREATER_EQUAL -> Scalar.test((double a, double b) -> a >= b);
            case AND, OR, XOR -> throw new AssertionError("bitwise operators are not for floats");
        };
    }

    private static TileKernel longs(BinaryKind kind) {
        return switch (kind) {
            case ADD -> Scalar.map((long a, long b) -> a + b);
            case SUBTRACT -> Scalar.map((long a, long b) -> a - b);
            case MULTIPLY -> Scalar.map((long a, long b) -> a * b);
            case DIVIDE -> Scalar.map((long a, long b) -> b == 0 ? 0 : a / b);
            case REMAINDER -> Scalar.map((long a, long b) -> b == 0 ? 0 : a % b);
            case POWER -> throw new AssertionError("POWER is for floats");
            case MAXIMUM -> Scalar.map((long a, long b) -> Math.max(a, b));
            case MINIMUM -> Scalar.map((long a, long b) -> Math.min(a, b));
            case EQUAL -> Scalar.test((long a, long b) -> a == b);
            case NOT_EQUAL -> Scalar.test((long a, long b) -> a != b);
            case LESS -> Scalar.test((long a, long b) -> a < b);
            case LESS_EQUAL -> Scalar.test((long a, long b) -> a <= b);
            case GREATER -> Scalar.test((long a, long b) -> a > b);
            case GREATER_EQUAL -> Scalar.test((long a, long b) -> a >= b);
            case AND -> Scalar.map((long a, long b) -> a & b);
            case OR -> Scalar.map((long a, long b) -> a | b);
            case XOR -> Scalar.map((long a, long b) -> a ^ b);
        };
    }
}
