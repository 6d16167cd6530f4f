package dev.tenon.opencl.op;

import dev.tenon.op.*;
import dev.tenon.opencl.Work;

/** The one switch from operators to kernels. */
public final class OpenClDispatch {
    private OpenClDispatch() {}

    /** Adds an operator's launches to the work. The operator is checked and supported. */
    public static void bind(Op op, Work work) {
        switch (op) {
            case Unary o -> OpenClUnary.bind(o, work);
            case UnaryBackward o -> OpenClUnaryBackward.bind(o, work);
            case Binary o -> OpenClBinary.bind(o, work);
            case Where o -> OpenClWhere.bind(o, work);
            case Cast o -> OpenClCast.bind(o, work);
            case Copy o -> OpenClCopy.bind(o, work);
            case Fill o -> OpenClFill.bind(o, work);
            case GatedActivation o -> OpenClGatedActivation.bind(o, work);
            case GatedActivationBackward o -> OpenClGatedActivationBackward.bind(o, work);
            case Concat o -> OpenClConcat.bind(o, work);
            case AllGather o -> OpenClAllGather.bind(o, work);
            case RandomFill _, AdamW _, Reduce _, ArgReduce _, TopK _, Softmax _, SoftmaxBackward _ -> missing(op);
            case CrossEntropy _, CrossEntropyBackward _, LayerNorm _, LayerNormBackward _, RmsNorm _ -> missing(op);
            case RmsNormBackward _, Matmul _, Attention _, AttentionBackward _, PagedAttention _, Rope _ -> missing(op);
            case CacheWrite _, Gather _, ScatterAdd _, Quantize _, Dequantize _, AllReduce _ -> missing(op);
            case ReduceScatter _, CustomOp _ -> missing(op);
        }
    }

    private static void missing(Op op) {
        throw new IllegalStateException(op.name() + " was not asked about");
    }
}
