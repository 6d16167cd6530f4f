package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.CpuBackend;
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
import dev.tenon.op.CustomImplementation;
import dev.tenon.op.CustomImplementation.HostMethod;
import dev.tenon.op.CustomImplementation.KernelSource;
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

/** What the CPU backend lacks: no operator and no type, but some kernels count along one axis in 32 bits. */
public final class CpuSupport {
    private static final Optional<String> NO_IMPLEMENTATION =
            Optional.of("it brings no implementation for the " + CpuBackend.NAME + " backend");
    static final String NOT_A_METHOD = "its implementation for the " + CpuBackend.NAME + " backend is no host method";
    private static final Optional<String> LONG_AXIS =
            Optional.of("an axis that its kernel counts in 32 bits is longer");

    private CpuSupport() {}

    /** Empty if the CPU runs the operator, else what it lacks. */
    public static Optional<String> whyUnsupported(Op op) {
        return switch (op) {
            case Unary _, UnaryBackward _, Binary _, Where _, Cast _, Copy _, Fill _, RandomFill _ -> Optional.empty();
            case GatedActivation _, GatedActivationBackward _, AdamW _, Concat _, Reduce _ -> Optional.empty();
            case AllReduce _, ReduceScatter _, AllGather _ -> Optional.empty();
            case Softmax o -> rows(o.in());
            case SoftmaxBackward o -> rows(o.out());
            case ArgReduce o -> rows(o.in());
            case TopK o -> rows(o.in());
            case CrossEntropy o -> rows(o.logits());
            case CrossEntropyBackward o -> rows(o.logits());
            case LayerNorm o -> rows(o.in());
            case LayerNormBackward o -> rows(o.in());
            case RmsNorm o -> rows(o.in());
            case RmsNormBackward o -> rows(o.sum());
            case Quantize o -> rows(o.in());
            case Dequantize o -> rows(o.in());
            case CacheWrite o -> rows(o.rows());
            case Gather o -> o.table().dtype().isQuantized() ? rows(o.table()) : Optional.empty();
            case ScatterAdd o -> fits(o.indices().shape().elements());
            case Matmul o ->
                fits(o.out().shape().elements() / Math.max(1, o.out().size(-1)))
                        .or(() -> rows(o.out()))
                        .or(() -> rows(o.a()));
            case Attention _, AttentionBackward _, PagedAttention _, Rope _ -> Optional.empty();
            case CustomOp o ->
                o.kernel()
                        .implementation(CpuBackend.NAME)
                        .map(CpuSupport::custom)
                        .orElse(NO_IMPLEMENTATION);
        };
    }

    private static Optional<String> custom(CustomImplementation implementation) {
        return switch (implementation) {
            case HostMethod _ -> Optional.empty();
            case KernelSource _ -> Optional.of(NOT_A_METHOD);
        };
    }

    private static Optional<String> rows(Tensor tensor) {
        return fits(tensor.size(-1));
    }

    private static Optional<String> fits(long size) {
        return size > Integer.MAX_VALUE - 1024 ? LONG_AXIS : Optional.empty();
    }
}
