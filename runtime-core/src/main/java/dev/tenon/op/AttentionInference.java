package dev.tenon.op;

import static dev.tenon.op.Inference.require;
import static dev.tenon.op.Inference.requireArgument;
import static dev.tenon.op.Inference.requireRank;
import static dev.tenon.op.Inference.requireShape;
import static dev.tenon.op.Inference.requireSpec;
import static dev.tenon.op.Inference.requireType;
import static dev.tenon.op.Inference.wide;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import org.jspecify.annotations.Nullable;

/** Inference for attention and rotary embedding. */
final class AttentionInference {
    private AttentionInference() {}

    static TensorSpec attention(TensorSpec query, TensorSpec value) {
        return new TensorSpec(
                query.dtype(), query.shape().with(-1, value.shape().size(-1)));
    }

    static void check(Attention op) {
        operands(op, op.query(), op.key(), op.value(), op.mask(), op.parameters());
        Shape query = op.query().shape();
        requireShape(op, "lengths", op.lengths(), Shape.of(query.size(0)));
        requireType(op, "lengths", op.lengths(), DType.I32);
        requireSpec(op, "out", op.out(), attention(op.query().spec(), op.value().spec()));
        logSumExp(op, op.logSumExp(), op.query());
    }

    static void check(AttentionBackward op) {
        operands(op, op.query(), op.key(), op.value(), op.mask(), op.parameters());
        requireType(op, "key", op.key(), op.query().dtype());
        requireSpec(op, "out", op.out(), attention(op.query().spec(), op.value().spec()));
        logSumExp(op, op.logSumExp(), op.query());
        requireSpec(op, "gradOut", op.gradOut(), op.out().spec());
        requireSpec(op, "gradQuery", op.gradQuery(), op.query().spec());
        requireSpec(op, "gradKey", op.gradKey(), op.key().spec());
        requireSpec(op, "gradValue", op.gradValue(), op.value().spec());
    }

    static void check(PagedAttention op) {
        requireRank(op, "query", op.query(), 4);
        requireRank(op, "keyPages", op.keyPages(), 4);
        Shape query = op.query().shape();
        Shape key = op.keyPages().shape();
        types(op, op.query(), op.keyPages(), op.valuePages());
        heads(op, query.size(1), key.size(2));
        require(op, key.size(3) == query.size(3), "query and key head sizes differ");
        requireRank(op, "valuePages", op.valuePages(), 4);
        require(
                op,
                op.valuePages().shape().with(3, key.size(3)).equals(key) && key.size(1) > 0,
                "valuePages must match keyPages, pages must not be empty");
        requireRank(op, "pageTable", op.pageTable(), 2);
        require(op, op.pageTable().shape().size(0) == query.size(0), "pageTable must have one row a batch row");
        requireType(op, "pageTable", op.pageTable(), DType.I32);
        requireShape(op, "lengths", op.lengths(), Shape.of(query.size(0)));
        requireType(op, "lengths", op.lengths(), DType.I32);
        parameters(op, op.parameters());
        requireSpec(
                op,
                "out",
                op.out(),
                attention(op.query().spec(), op.valuePages().spec()));
        logSumExp(op, op.logSumExp(), op.query());
    }

    static void check(Rope op) {
        requireRank(op, "in", op.in(), 4);
        Inference.requireFloat(op, op.in());
        Shape in = op.in().shape();
        requireType(op, "positions", op.positions(), DType.I32);
        requireShape(
                op,
                "positions",
                op.positions(),
                op.positions().shape().rank() == 1 ? Shape.of(in.size(1)) : Shape.of(in.size(0), in.size(1)));
        requireType(op, "frequencies", op.frequencies(), DType.F32);
        requireRank(op, "frequencies", op.frequencies(), 1);
        require(op, 2 * op.frequencies().shape().size(0) <= in.size(3), "more pairs than the head has");
        requireSpec(op, "out", op.out(), op.in().spec());
    }

    private static void operands(
            Op op, Tensor query, Tensor key, Tensor value, @Nullable Tensor mask, AttentionParameters parameters) {
        requireRank(op, "query", query, 4);
        requireRank(op, "key", key, 4);
        requireRank(op, "value", value, 4);
        types(op, query, key, value);
        Shape q = query.shape();
        Shape k = key.shape();
        require(op, q.size(0) == k.size(0), "query and key batches differ");
        heads(op, q.size(1), k.size(1));
        require(op, q.size(3) == k.size(3), "query and key head sizes differ");
        require(op, value.shape().with(3, k.size(3)).equals(k), "value must match key");
        parameters(op, parameters);
        if (mask != null) {
            requireType(op, "mask", mask, wide(query.dtype()));
            mask.layout().broadcastTo(Shape.of(q.size(0), q.size(1), q.size(2), k.size(2)));
        }
    }

    private static void types(Op op, Tensor query, Tensor key, Tensor value) {
        DType q = query.dtype();
        DType k = key.dtype();
        requireType(op, "value", value, k);
        boolean allowed =
                q == DType.F64 ? k == DType.F64 : q.isFloat() && ((k.isFloat() && k != DType.F64) || k == DType.Q8_0);
        if (!allowed) {
            throw new DTypeException(op.name(), "not defined for these types", Inference.types(op));
        }
        if (k == DType.Q8_0) {
            MatmulInference.requireBlockRows(op, "key", key);
            MatmulInference.requireBlockRows(op, "value", value);
        }
    }

    private static void heads(Op op, long heads, long keyHeads) {
        require(
                op,
                keyHeads == 0 ? heads == 0 : heads % keyHeads == 0,
                heads + " query heads are not a multiple of " + keyHeads + " key heads");
    }

    private static void parameters(Op op, AttentionParameters parameters) {
        requireArgument(op, Float.isFinite(parameters.scale()), "the scale must be finite");
        requireArgument(op, parameters.window() >= 0, "the window must not be negative");
        requireArgument(op, parameters.window() == 0 || parameters.causal(), "a window needs causal attention");
        requireArgument(op, parameters.softCap() >= 0, "the soft cap must not be negative");
    }

    private static void logSumExp(Op op, @Nullable Tensor logSumExp, Tensor query) {
        requireShape(op, "logSumExp", logSumExp, query.shape().without(-1));
        requireType(op, "logSumExp", logSumExp, wide(query.dtype()));
    }
}
