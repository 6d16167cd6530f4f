package dev.tenon.op;

import dev.tenon.Tensor;

/** Counts each operator's floating-point operations and bytes. A transcendental function counts as one operation. */
final class CostModel {
    private CostModel() {}

    static Cost of(Op op) {
        return new Cost(flops(op), bytes(op));
    }

    private static Cost custom(CustomOp op) {
        return op.kernel()
                .cost(
                        op.inputs().stream().map(Tensor::spec).toList(),
                        op.outputs().stream().map(Tensor::spec).toList());
    }

    private static double flops(Op op) {
        return switch (op) {
            case Matmul o -> 2.0 * elements(o.out()) * o.a().shape().size(-1) + epilogue(o);
            case Attention o -> attention(o.query(), o.value(), o.key().shape().size(2), o.parameters());
            case PagedAttention o ->
                attention(
                        o.query(),
                        o.valuePages(),
                        o.pageTable().shape().size(1) * o.keyPages().shape().size(1),
                        o.parameters());
            // Five products against the forward pass's two (Dao et al. 2022).
            case AttentionBackward o ->
                2.5 * attention(o.query(), o.value(), o.key().shape().size(2), o.parameters());
            case Unary o -> elements(o.out());
            case UnaryBackward o -> 2 * elements(o.gradIn());
            case Binary o -> elements(o.out());
            case Where _, Copy _, Fill _, Concat _, Gather _, AllGather _ -> 0;
            case Cast o -> elements(o.out());
            case RandomFill o -> elements(o.out());
            case GatedActivation o -> 2 * elements(o.out());
            case GatedActivationBackward o -> 5 * elements(o.gate());
            case Reduce o -> elements(o.in());
            case ArgReduce o -> elements(o.in());
            case TopK o -> elements(o.in());
            case Softmax o -> 4 * elements(o.in());
            case SoftmaxBackward o -> 4 * elements(o.out());
            case CrossEntropy o -> 3 * elements(o.logits());
            case CrossEntropyBackward o -> 3 * elements(o.logits());
            case LayerNorm o -> 7 * elements(o.in());
            case LayerNormBackward o -> 11 * elements(o.in());
            case RmsNorm o -> 4 * elements(o.in());
            case RmsNormBackward o -> 8 * elements(o.sum());
            case Rope o -> 3 * elements(o.in());
            case ScatterAdd o -> elements(o.rows());
            case CacheWrite o -> elements(o.rows());
            case Quantize o -> 3 * elements(o.in());
            case Dequantize o -> 2 * elements(o.in());
            case AdamW o -> 12 * elements(o.parameter());
            case AllReduce o -> (o.in().size() - 1.0) * elements(o.in().getFirst());
            case ReduceScatter o -> (o.in().size() - 1.0) * elements(o.in().getFirst());
            case CustomOp o -> custom(o).flops();
        };
    }

    private static double bytes(Op op) {
        double bytes = 0;
        for (Tensor in : op.inputs()) {
            bytes += bytes(in);
        }
        for (Tensor out : op.outputs()) {
            bytes += bytes(out);
        }
        return switch (op) {
            // Of a table only the rows that are read or written count.
            case Gather o -> bytes(o.indices()) + 2 * bytes(o.out());
            case ScatterAdd o -> bytes(o.indices()) + 3 * bytes(o.rows());
            case CacheWrite o -> bytes(o.slots()) + 2 * bytes(o.rows());
            case AdamW _, AllGather _, AllReduce _, ArgReduce _, Attention _, AttentionBackward _, Binary _ -> bytes;
            case Cast _, Concat _, Copy _, CrossEntropy _, CrossEntropyBackward _, Dequantize _ -> bytes;
            case CustomOp o -> custom(o).bytes();
            case Fill _, GatedActivation _, GatedActivationBackward _, LayerNorm _, LayerNormBackward _ -> bytes;
            case Matmul _, PagedAttention _, Quantize _, RandomFill _, Reduce _, ReduceScatter _, RmsNorm _ -> bytes;
            case RmsNormBackward _, Rope _, Softmax _, SoftmaxBackward _, TopK _, Unary _ -> bytes;
            case UnaryBackward _, Where _ -> bytes;
        };
    }

    private static double epilogue(Matmul op) {
        Epilogue epilogue = op.epilogue();
        int steps = (epilogue.scale() == 1 ? 0 : 1)
                + (epilogue.bias() == null ? 0 : 1)
                + (epilogue.activation() == Activation.NONE ? 0 : 1)
                + (epilogue.residual() == null ? 0 : 1);
        return steps * elements(op.out());
    }

    /** The two products over the pairs of query and key that see each other. */
    private static double attention(Tensor query, Tensor value, double keys, AttentionParameters parameters) {
        double queries = query.shape().size(2);
        double pairs = queries * keys;
        if (parameters.causal()) {
            double hidden = Math.min(queries, keys);
            pairs -= hidden * (hidden - 1) / 2;
            if (parameters.window() > 0) {
                pairs = Math.min(pairs, queries * parameters.window());
            }
        }
        double sizes = query.shape().size(3) + value.shape().size(-1);
        return 2 * pairs * sizes * query.shape().size(0) * query.shape().size(1);
    }

    private static double elements(Tensor tensor) {
        return tensor.shape().elements();
    }

    /** Broadcast elements are stored, and so counted, once. */
    private static double bytes(Tensor tensor) {
        double elements = 1;
        for (int i = 0; i < tensor.shape().rank(); i++) {
            elements *= tensor.layout().stride(i) == 0
                    ? Math.min(1, tensor.shape().size(i))
                    : tensor.shape().size(i);
        }
        return elements / tensor.dtype().blockSize() * tensor.dtype().blockBytes();
    }
}
