package dev.tenon.cuda.op;

import dev.tenon.kernels.plan.DeviceTraits;
import dev.tenon.kernels.plan.PortableSupport;
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
import java.util.Optional;

/** The one switch from operators to kernels. */
public final class CudaDispatch {
    private CudaDispatch() {}

    /** Adds an operator's steps to the work. The operator is checked and supported. */
    public static void bind(Op op, CudaWork work) {
        switch (op) {
            case Matmul o -> CudaMatmul.bind(o, work);
            case Attention o -> CudaAttention.bind(o, work);
            case PagedAttention o -> CudaAttention.bind(o, work);
            case AttentionBackward o -> CudaAttention.bind(o, work);
            case Unary _, UnaryBackward _, Binary _, Where _, Cast _, Copy _, Fill _ -> work.portable(op);
            case GatedActivation _, GatedActivationBackward _, Concat _, AllGather _ -> work.portable(op);
            case RandomFill _, AdamW _, Reduce _, ArgReduce _, TopK _ -> work.portable(op);
            case Softmax _, SoftmaxBackward _, CrossEntropy _, CrossEntropyBackward _ -> work.portable(op);
            case LayerNorm _, LayerNormBackward _, RmsNorm _, RmsNormBackward _ -> work.portable(op);
            case Rope _, CacheWrite _, Gather _, ScatterAdd _, Quantize _, Dequantize _ -> work.portable(op);
            case AllReduce _, ReduceScatter _, CustomOp _ -> work.portable(op);
        }
    }

    /** Empty if the device runs the operator, else what it lacks. */
    public static Optional<String> whyUnsupported(Op op, DeviceTraits device, TensorCores tensorCores) {
        Optional<String> lacking = PortableSupport.whyUnsupported(op, device);
        return lacking.isPresent() ? lacking : GridLimits.whyTooLarge(op, device, tensorCores);
    }
}
