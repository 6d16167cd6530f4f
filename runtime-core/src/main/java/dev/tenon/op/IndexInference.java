package dev.tenon.op;

import static dev.tenon.op.Inference.require;
import static dev.tenon.op.Inference.requireFloat;
import static dev.tenon.op.Inference.requireIndex;
import static dev.tenon.op.Inference.requireRank;
import static dev.tenon.op.Inference.requireShape;
import static dev.tenon.op.Inference.requireSpec;
import static dev.tenon.op.Inference.requireType;

import dev.tenon.DType;
import dev.tenon.Shape;
import dev.tenon.TensorSpec;
import dev.tenon.error.DTypeException;
import dev.tenon.error.ShapeException;
import java.util.List;

/** Inference for operators that move rows by index, and concatenation. */
final class IndexInference {
    private IndexInference() {}

    static TensorSpec gather(TensorSpec table, TensorSpec indices) {
        if (table.shape().rank() == 0) {
            throw new ShapeException("gather", "the table needs rows", List.of(table.shape(), indices.shape()));
        }
        long[] row = table.shape().axes(1, table.shape().rank()).sizes();
        DType type = table.dtype().isQuantized() ? DType.F32 : table.dtype();
        return new TensorSpec(type, indices.shape().append(row));
    }

    static void check(Gather op) {
        TensorSpec inferred = gather(op.table().spec(), op.indices().spec());
        requireIndex(op, "indices", op.indices());
        requireShape(op, "out", op.out(), inferred.shape());
        if (op.table().dtype().isQuantized()) {
            requireRank(op, "table", op.table(), 2);
            MatmulInference.requireBlockRows(op, "table", op.table());
            requireFloat(op, op.out());
            require(op, op.out().dtype() != DType.F64, "a quantized table gives F32, F16 or BF16");
        } else {
            requireType(op, "out", op.out(), op.table().dtype());
        }
    }

    static void check(ScatterAdd op) {
        requireFloat(op, op.rows());
        requireIndex(op, "indices", op.indices());
        requireType(
                op,
                "table",
                op.table(),
                op.rows().dtype(),
                Inference.wide(op.rows().dtype()));
        require(op, op.table().shape().rank() > 0, "the table needs rows");
        requireShape(
                op,
                "rows",
                op.rows(),
                gather(op.table().spec(), op.indices().spec()).shape());
    }

    static void check(CacheWrite op) {
        requireRank(op, "rows", op.rows(), 3);
        requireRank(op, "cache", op.cache(), 3);
        requireIndex(op, "slots", op.slots());
        requireShape(op, "slots", op.slots(), Shape.of(op.rows().shape().size(0)));
        requireShape(
                op,
                "rows",
                op.rows(),
                op.cache().shape().with(0, op.rows().shape().size(0)));
        DType rows = op.rows().dtype();
        DType cache = op.cache().dtype();
        boolean allowed =
                rows.isFloat() && rows != DType.F64 && ((cache.isFloat() && cache != DType.F64) || cache == DType.Q8_0);
        if (!allowed) {
            throw new DTypeException(op.name(), "from F32, F16 or BF16 to these or Q8_0", List.of(rows, cache));
        }
        if (cache == DType.Q8_0) {
            MatmulInference.requireBlockRows(op, "cache", op.cache());
        }
    }

    static TensorSpec concat(List<TensorSpec> parts, int axis) {
        if (parts.isEmpty()) {
            throw new ShapeException("concat", "needs at least one part", List.of());
        }
        TensorSpec first = parts.getFirst();
        List<Shape> shapes = parts.stream().map(TensorSpec::shape).toList();
        if (axis < 0 || axis >= first.shape().rank()) {
            throw new ShapeException("concat", "there is no axis " + axis, shapes);
        }
        long joined = 0;
        for (TensorSpec part : parts) {
            if (part.dtype() != first.dtype() || part.dtype().isQuantized()) {
                throw new DTypeException(
                        "concat",
                        "parts must have one plain type",
                        parts.stream().map(TensorSpec::dtype).toList());
            }
            if (part.shape().rank() != first.shape().rank()
                    || !part.shape().with(axis, 0).equals(first.shape().with(axis, 0))) {
                throw new ShapeException("concat", "sizes differ outside axis " + axis, shapes);
            }
            joined = Math.addExact(joined, part.shape().size(axis));
        }
        return new TensorSpec(first.dtype(), first.shape().with(axis, joined));
    }

    static void check(Concat op) {
        requireSpec(
                op,
                "out",
                op.out(),
                concat(op.parts().stream().map(dev.tenon.Tensor::spec).toList(), op.axis()));
    }
}
