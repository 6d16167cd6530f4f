package dev.tenon.op;

import static dev.tenon.op.Inference.require;
import static dev.tenon.op.Inference.requireArgument;
import static dev.tenon.op.Inference.requirePlain;
import static dev.tenon.op.Inference.requireSpec;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import java.util.List;

/** Inference for collectives over the ranks of one process. */
final class CollectiveInference {
    private CollectiveInference() {}

    static void check(AllReduce op) {
        TensorSpec spec = ranks(op, op.in(), op.out());
        reducible(op, op.kind(), spec.dtype());
        for (Tensor out : op.out()) {
            requireSpec(op, "out", out, spec);
        }
    }

    static void check(ReduceScatter op) {
        TensorSpec spec = ranks(op, op.in(), op.out());
        reducible(op, op.kind(), spec.dtype());
        int ranks = op.in().size();
        require(
                op,
                spec.shape().rank() > 0 && spec.shape().size(0) % ranks == 0,
                "axis 0 does not divide by the ranks");
        Shape share = spec.shape().with(0, spec.shape().size(0) / ranks);
        for (Tensor out : op.out()) {
            requireSpec(op, "out", out, new TensorSpec(spec.dtype(), share));
        }
    }

    static void check(AllGather op) {
        TensorSpec spec = ranks(op, op.in(), op.out());
        requirePlain(op, op.in().getFirst());
        require(op, spec.shape().rank() > 0, "needs an axis to join along");
        Shape joined = spec.shape()
                .with(0, Math.multiplyExact(spec.shape().size(0), (long) op.in().size()));
        for (Tensor out : op.out()) {
            requireSpec(op, "out", out, new TensorSpec(spec.dtype(), joined));
        }
    }

    private static TensorSpec ranks(Op op, List<Tensor> in, List<Tensor> out) {
        requireArgument(op, !in.isEmpty() && in.size() == out.size(), "needs one input and one output a rank");
        TensorSpec spec = in.getFirst().spec();
        for (Tensor tensor : in) {
            requireSpec(op, "in", tensor, spec);
        }
        return spec;
    }

    private static void reducible(Op op, ReduceKind kind, DType type) {
        requireArgument(
                op,
                switch (kind) {
                    case SUM, MEAN, MAX, MIN -> true;
                    case PRODUCT, SUM_SQUARES -> false;
                },
                kind + " is not a collective's reduction");
        boolean integer = type == DType.I64 || type == DType.I32;
        if (!type.isFloat() && !(integer && kind != ReduceKind.MEAN)) {
            throw new DTypeException(op.name(), kind + " is not defined for this type", List.of(type));
        }
    }
}
