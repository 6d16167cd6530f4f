package dev.tenon.kernels.plan;

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

/** The one switch from operators to kernels. */
public final class PortableOps {
    private PortableOps() {}

    /** Adds an operator's launches to the work. The operator is checked and supported. */
    public static void bind(Op op, Work work) {
        switch (op) {
            case Unary o -> PortableUnary.bind(o, work);
            case UnaryBackward o -> PortableUnaryBackward.bind(o, work);
            case Binary o -> PortableBinary.bind(o, work);
            case Where o -> PortableWhere.bind(o, work);
            case Cast o -> PortableCast.bind(o, work);
            case Copy o -> PortableCopy.bind(o, work);
            case Fill o -> PortableFill.bind(o, work);
            case GatedActivation o -> PortableGatedActivation.bind(o, work);
            case GatedActivationBackward o -> PortableGatedActivationBackward.bind(o, work);
            case Concat o -> PortableConcat.bind(o, work);
            case AllGather o -> PortableAllGather.bind(o, work);
            case RandomFill o -> PortableRandomFill.bind(o, work);
            case AdamW o -> PortableAdamW.bind(o, work);
            case Reduce o -> PortableReduce.bind(o, work);
            case ArgReduce o -> PortableArgReduce.bind(o, work);
            case TopK o -> PortableTopK.bind(o, work);
            case Softmax o -> PortableSoftmax.bind(o, work);
            case SoftmaxBackward o -> PortableSoftmaxBackward.bind(o, work);
            case CrossEntropy o -> PortableCrossEntropy.bind(o, work);
            case CrossEntropyBackward o -> PortableCrossEntropyBackward.bind(o, work);
            case LayerNorm o -> PortableLayerNorm.bind(o, work);
            case LayerNormBackward o -> PortableLayerNormBackward.bind(o, work);
            case RmsNorm o -> PortableRmsNorm.bind(o, work);
            case RmsNormBackward o -> PortableRmsNormBackward.bind(o, work);
            case Rope o -> PortableRope.bind(o, work);
            case CacheWrite o -> PortableCacheWrite.bind(o, work);
            case Gather o -> PortableGather.bind(o, work);
            case ScatterAdd o -> PortableScatterAdd.bind(o, work);
            case Quantize o -> PortableQuantize.bind(o, work);
            case Dequantize o -> PortableDequantize.bind(o, work);
            case AllReduce o -> PortableAllReduce.bind(o, work);
            case ReduceScatter o -> PortableReduceScatter.bind(o, work);
            case Matmul o -> PortableMatmul.bind(o, work);
            case Attention o -> PortableAttention.bind(o, work);
            case AttentionBackward o -> PortableAttentionBackward.bind(o, work);
            case PagedAttention o -> PortablePagedAttention.bind(o, work);
            case CustomOp o -> PortableCustomOp.bind(o, work);
        }
    }
}
