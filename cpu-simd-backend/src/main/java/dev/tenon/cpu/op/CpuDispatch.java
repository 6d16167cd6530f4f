package dev.tenon.cpu.op;

import dev.tenon.cpu.attention.CpuAttention;
import dev.tenon.cpu.attention.CpuAttentionBackward;
import dev.tenon.cpu.attention.CpuPagedAttention;
import dev.tenon.cpu.attention.CpuRope;
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
public final class CpuDispatch {
    private CpuDispatch() {}

    /**
     * Settles everything that an operator's operands decide.
     *
     * @return runs the operator on the operands' memory, as often as it is called, one call at a time
     */
    public static Runnable bind(Op op, CpuContext context) {
        return switch (op) {
            case Unary o -> CpuUnary.bind(o, context);
            case UnaryBackward o -> CpuUnaryBackward.bind(o, context);
            case Binary o -> CpuBinary.bind(o, context);
            case Where o -> CpuWhere.bind(o, context);
            case Cast o -> CpuCast.bind(o, context);
            case Copy o -> CpuCopy.bind(o, context);
            case Fill o -> CpuFill.bind(o, context);
            case RandomFill o -> CpuRandomFill.bind(o, context);
            case GatedActivation o -> CpuGatedActivation.bind(o, context);
            case GatedActivationBackward o -> CpuGatedActivationBackward.bind(o, context);
            case AdamW o -> CpuAdamW.bind(o, context);
            case Reduce o -> CpuReduce.bind(o, context);
            case ArgReduce o -> CpuArgReduce.bind(o, context);
            case TopK o -> CpuTopK.bind(o, context);
            case Softmax o -> CpuSoftmax.bind(o, context);
            case SoftmaxBackward o -> CpuSoftmaxBackward.bind(o, context);
            case CrossEntropy o -> CpuCrossEntropy.bind(o, context);
            case CrossEntropyBackward o -> CpuCrossEntropyBackward.bind(o, context);
            case LayerNorm o -> CpuLayerNorm.bind(o, context);
            case LayerNormBackward o -> CpuLayerNormBackward.bind(o, context);
            case RmsNorm o -> CpuRmsNorm.bind(o, context);
            case RmsNormBackward o -> CpuRmsNormBackward.bind(o, context);
            case Matmul o -> CpuMatmul.bind(o, context);
            case Attention o -> CpuAttention.bind(o, context.team());
            case AttentionBackward o -> CpuAttentionBackward.bind(o, context.team());
            case PagedAttention o -> CpuPagedAttention.bind(o, context.team());
            case Rope o -> CpuRope.bind(o, context.team());
            case CacheWrite o -> CpuCacheWrite.bind(o, context);
            case Gather o -> CpuGather.bind(o, context);
            case ScatterAdd o -> CpuScatterAdd.bind(o, context);
            case Concat o -> CpuConcat.bind(o, context);
            case Quantize o -> CpuQuantize.bind(o, context);
            case Dequantize o -> CpuDequantize.bind(o, context);
            case AllReduce o -> CpuAllReduce.bind(o, context);
            case ReduceScatter o -> CpuReduceScatter.bind(o, context);
            case AllGather o -> CpuAllGather.bind(o, context);
            case CustomOp o -> CpuCustomOp.bind(o);
        };
    }
}
