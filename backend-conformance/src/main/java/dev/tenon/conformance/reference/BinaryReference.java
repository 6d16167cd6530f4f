package dev.tenon.conformance.reference;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.Binary;
import dev.tenon.op.BinaryKind;
import dev.tenon.op.Cast;
import dev.tenon.op.Fill;
import dev.tenon.op.Where;
import java.util.List;

/** Functions of two elements, selection, conversion, constants. */
final class BinaryReference {
    private BinaryReference() {}

    static List<Expected> of(Binary op) {
        Values a = Values.read(broadcast(op.a(), op.out()));
        Values b = Values.read(broadcast(op.b(), op.out()));
        DType dtype = a.dtype();
        int n = a.count();
        if (op.kind().isComparison()) {
            long[] bits = new long[n];
            for (int i = 0; i < n; i++) {
                boolean holds = dtype.isFloat()
                        ? compare(op.kind(), a.reals()[i], b.reals()[i])
                        : compare(op.kind(), a.whole(i), b.whole(i));
                bits[i] = holds ? 1 : 0;
            }
            return List.of(new Expected.Bits(bits));
        }
        if (!dtype.isFloat()) {
            long[] out = new long[n];
            for (int i = 0; i < n; i++) {
                out[i] = whole(op.kind(), a.whole(i), b.whole(i));
            }
            return List.of(Expected.Bits.ofWholes(dtype, out));
        }
        double[] out = new double[n];
        for (int i = 0; i < n; i++) {
            out[i] = real(op.kind(), a.reals()[i], b.reals()[i]);
        }
        return List.of(Expected.Reals.of(out));
    }

    static List<Expected> of(Where op) {
        Values condition = Values.read(broadcast(op.condition(), op.out()));
        long[] a = Values.read(broadcast(op.a(), op.out())).bits();
        long[] b = Values.read(broadcast(op.b(), op.out())).bits();
        long[] out = new long[a.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = condition.whole(i) != 0 ? a[i] : b[i];
        }
        return List.of(new Expected.Bits(out));
    }

    static List<Expected> of(Cast op) {
        Values in = Values.read(op.in());
        DType from = in.dtype();
        DType to = op.out().dtype();
        if (!from.isFloat() && !to.isFloat()) {
            long[] out = new long[in.count()];
            for (int i = 0; i < out.length; i++) {
                out[i] = in.whole(i);
            }
            return List.of(Expected.Bits.ofWholes(to, out));
        }
        if (to.isFloat()) {
            if (from == DType.I64) {
                return List.of(new Expected.Bits(nearest(in, to)));
            }
            return List.of(Expected.Reals.of(in.reals()));
        }
        long[] bits = new long[in.count()];
        for (int i = 0; i < bits.length; i++) {
            bits[i] = NumberFormat.bitsOfReal(to, in.reals()[i]);
        }
        return List.of(new Expected.Bits(bits));
    }

    /** I64 has more digits than a double: by way of BigDecimal-free rounding to odd, which later rounding cannot spoil. */
    private static long[] nearest(Values in, DType to) {
        long[] bits = new long[in.count()];
        for (int i = 0; i < bits.length; i++) {
            long value = in.whole(i);
            if (to == DType.F64) {
                bits[i] = NumberFormat.bitsOfReal(to, (double) value);
            } else if (to == DType.F32) {
                bits[i] = Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
            } else {
                // Keep 40 leading bits and whether anything follows: enough for one exact rounding to 11 or 8 bits.
                int shift = Math.max(0, 24 - Long.numberOfLeadingZeros(Math.abs(value)));
                long kept = Math.abs(value) >>> shift;
                boolean more = kept << shift != Math.abs(value);
                double exact = Math.scalb((double) (kept | (more ? 1 : 0)), shift);
                bits[i] = NumberFormat.bitsOfReal(to, value < 0 ? -exact : exact);
            }
        }
        return bits;
    }

    static List<Expected> of(Fill op) {
        long[] bits = new long[Math.toIntExact(op.out().shape().elements())];
        java.util.Arrays.fill(bits, NumberFormat.bitsOfReal(op.out().dtype(), op.value()));
        return List.of(new Expected.Bits(bits));
    }

    private static Tensor broadcast(Tensor tensor, Tensor out) {
        return tensor.broadcastTo(out.shape().sizes());
    }

    private static double real(BinaryKind kind, double a, double b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> a / b;
            case REMAINDER -> a % b;
            case POWER -> Math.pow(a, b);
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, AND, OR, XOR ->
                throw new IllegalArgumentException(kind + " gives no float");
        };
    }

    private static long whole(BinaryKind kind, long a, long b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUBTRACT -> a - b;
            case MULTIPLY -> a * b;
            case DIVIDE -> b == 0 ? 0 : a / b;
            case REMAINDER -> b == 0 ? 0 : a % b;
            case MAXIMUM -> Math.max(a, b);
            case MINIMUM -> Math.min(a, b);
            case AND -> a & b;
            case OR -> a | b;
            case XOR -> a ^ b;
            case POWER, EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL ->
                throw new IllegalArgumentException(kind + " gives no integer");
        };
    }

    private static boolean compare(BinaryKind kind, double a, double b) {
        return switch (kind) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case LESS -> a < b;
            case LESS_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_EQUAL -> a >= b;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, POWER, MAXIMUM, MINIMUM, AND, OR, XOR ->
                throw new IllegalArgumentException(kind + " is no comparison");
        };
    }

    private static boolean compare(BinaryKind kind, long a, long b) {
        return switch (kind) {
            case EQUAL -> a == b;
            case NOT_EQUAL -> a != b;
            case LESS -> a < b;
            case LESS_EQUAL -> a <= b;
            case GREATER -> a > b;
            case GREATER_EQUAL -> a >= b;
            case ADD, SUBTRACT, MULTIPLY, DIVIDE, REMAINDER, POWER, MAXIMUM, MINIMUM, AND, OR, XOR ->
                throw new IllegalArgumentException(kind + " is no comparison");
        };
    }
}
