package dev.tenon.cpu.op;

import dev.tenon.cpu.attention.CpuAttention;
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
            case RandomFill o -> throw new AssertionError(o.name());
            case GatedActivation o -> CpuGatedActivation.bind(o, context);
            case GatedActivationBackward o -> throw new AssertionError(o.name());
            case AdamW o -> throw new AssertionError(o.name());
            case Reduce o -> CpuReduce.bind(o, context);
            case ArgReduce o -> throw new AssertionError(o.name());
            case TopK o -> throw new AssertionError(o.name());
            case Softmax o -> CpuSoftmax.bind(o, context);
            case SoftmaxBackward o -> CpuSoftmaxBackward.bind(o, context);
            case CrossEntropy o -> throw new AssertionError(o.name());
            case CrossEntropyBackward o -> throw new AssertionError(o.name());
            case LayerNorm o -> throw new AssertionError(o.name());
            case LayerNormBackward o -> throw new AssertionError(o.name());
            case RmsNorm o -> CpuRmsNorm.bind(o, context);
            case RmsNormBackward o -> throw new AssertionError(o.name());
            case Matmul o -> CpuMatmul.bind(o, context);
            case Attention o -> CpuAttention.bind(o, context.team());
            case AttentionBackward o -> throw new AssertionError(o.name());
            case PagedAttention o -> CpuPagedAttention.bind(o, context.team());
            case Rope o -> CpuRope.bind(o, context.team());
            case CacheWrite o -> CpuCacheWrite.bind(o, context);
            case Gather o -> CpuGather.bind(o, context);
            case ScatterAdd o -> throw new AssertionError(o.name());
            case Concat o -> throw new AssertionError(o.name());
            case Quantize o -> CpuQuantize.bind(o, context);
            case Dequantize o -> CpuDequantize.bind(o, context);
            case AllReduce o -> throw new AssertionError(o.name());
            case ReduceScatter o -> throw new AssertionError(o.name());
            case AllGather o -> throw new AssertionError(o.name());
            case CustomOp o -> throw new AssertionError(o.name());
        };
    }
}
