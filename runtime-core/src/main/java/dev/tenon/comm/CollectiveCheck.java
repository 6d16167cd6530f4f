package dev.tenon.comm;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.ShapeException;
import dev.tenon.op.ReduceKind;
import java.util.List;

/** What this rank can check of a call by itself. */
final class CollectiveCheck {
    private CollectiveCheck() {}

    static void reducible(String op, ReduceKind kind, DType type) {
        boolean known = switch (kind) {
            case SUM, MEAN, MAX, MIN -> true;
            case PRODUCT, SUM_SQUARES -> false;
        };
        if (!known) {
            throw new InvalidArgumentException(op + ": " + kind + " is not a collective's reduction");
        }
        boolean defined = switch (type) {
            case F32, F16, BF16, I32, I64 -> true;
            case F64, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K -> false;
        };
        if (!defined) {
            throw new DTypeException(op, kind + " is not defined between ranks for this type", List.of(type));
        }
    }

    static void alike(String op, Tensor in, Tensor out) {
        sameType(op, in, out);
        if (!in.shape().equals(out.shape())) {
            throw new ShapeException(op, "input and output differ", List.of(in.shape(), out.shape()));
        }
    }

    /** {@code whole} is {@code ranks} times {@code part} along axis 0. */
    static void shares(String op, Tensor part, Tensor whole, int ranks) {
        sameType(op, part, whole);
        Shape shape = part.shape();
        if (shape.rank() == 0
                || !whole.shape().equals(shape.with(0, Math.multiplyExact(shape.size(0), (long) ranks)))) {
            throw new ShapeException(
                    op, "axis 0 of the one must be " + ranks + " times the other's", List.of(shape, whole.shape()));
        }
    }

    static void divisible(String op, Tensor tensor, int ranks) {
        if (tensor.shape().rank() == 0 || tensor.size(0) % ranks != 0) {
            throw new ShapeException(op, "axis 0 does not divide by " + ranks + " ranks", List.of(tensor.shape()));
        }
    }

    static void contiguous(String op, Tensor out) {
        if (!out.layout().isContiguous()) {
            throw new ShapeException(op, "what is written must be contiguous", List.of(out.layout()));
        }
    }

    static void root(String op, int root, int ranks) {
        if (root < 0 || root >= ranks) {
            throw new InvalidArgumentException(op + ": there is no rank " + root + " among " + ranks);
        }
    }

    static void peer(String op, int peer, int self, int ranks) {
        root(op, peer, ranks);
        if (peer == self) {
            throw new InvalidArgumentException(op + ": rank " + peer + " is this rank itself");
        }
    }

    private static void sameType(String op, Tensor in, Tensor out) {
        if (in.dtype() != out.dtype()) {
            throw new DTypeException(op, "input and output differ", List.of(in.dtype(), out.dtype()));
        }
    }
}
