package dev.tenon.opencl.op;

import dev.tenon.op.AdamW;
import dev.tenon.op.AllGather;
import dev.tenon.op.AllReduce;
import dev.tenon.op.ArgReduce;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.Binary;
import dev.tenon.op.CacheWrite;
import dev.tenon.op.Cast;
import dev.tenon.op.Concat;
import dev.tenon.op.Copy;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.CrossEntropyBackward;
import dev.tenon.op.CustomOp;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Fill;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.GatedActivationBackward;
import dev.tenon.op.Gather;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.LayerNormBackward;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import dev.tenon.op.PagedAttention;
import dev.tenon.op.Quantize;
import dev.tenon.op.RandomFill;
import dev.tenon.op.Reduce;
import dev.tenon.op.ReduceScatter;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.RmsNormBackward;
import dev.tenon.op.Rope;
import dev.tenon.op.ScatterAdd;
import dev.tenon.op.Softmax;
import dev.tenon.op.SoftmaxBackward;
import dev.tenon.op.TopK;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryBackward;
import dev.tenon.op.Where;
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
            case RandomFill o -> OpenClRandomFill.bind(o, work);
            case AdamW o -> OpenClAdamW.bind(o, work);
            case Reduce o -> OpenClReduce.bind(o, work);
            case ArgReduce o -> OpenClArgReduce.bind(o, work);
            case TopK o -> OpenClTopK.bind(o, work);
            case Softmax o -> OpenClSoftmax.bind(o, work);
            case SoftmaxBackward o -> OpenClSoftmaxBackward.bind(o, work);
            case CrossEntropy o -> OpenClCrossEntropy.bind(o, work);
            case CrossEntropyBackward o -> OpenClCrossEntropyBackward.bind(o, work);
            case LayerNorm o -> OpenClLayerNorm.bind(o, work);
            case LayerNormBackward o -> OpenClLayerNormBackward.bind(o, work);
            case RmsNorm o -> OpenClRmsNorm.bind(o, work);
            case RmsNormBackward o -> OpenClRmsNormBackward.bind(o, work);
            case Rope o -> OpenClRope.bind(o, work);
            case CacheWrite o -> OpenClCacheWrite.bind(o, work);
            case Gather o -> OpenClGather.bind(o, work);
            case ScatterAdd o -> OpenClScatterAdd.bind(o, work);
            case Quantize o -> OpenClQuantize.bind(o, work);
            case Dequantize o -> OpenClDequantize.bind(o, work);
            case AllReduce o -> OpenClAllReduce.bind(o, work);
            case ReduceScatter o -> OpenClReduceScatter.bind(o, work);
            case Matmul o -> OpenClMatmul.bind(o, work);
            case Attention o -> OpenClAttention.bind(o, work);
            case AttentionBackward o -> OpenClAttentionBackward.bind(o, work);
            case PagedAttention o -> OpenClPagedAttention.bind(o, work);
            case CustomOp o -> OpenClCustomOp.bind(o, work);
        }
    }
}
