package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
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

/** What the portable kernels lack, on devices in general and on those without double precision. */
public final class PortableSupport {
    private static final Optional<String> NO_FP64 = Optional.of("the device has no double precision, which F64 needs");
    private static final Optional<String> TOO_MANY_AXES =
            Optional.of("an operand has more than " + Loop.MAX_AXES + " axes");
    private static final Optional<String> LARGE_HEADS =
            Optional.of("its heads are larger than the device's local memory holds");

    private PortableSupport() {}

    /** Empty if the device runs the operator, else what it lacks. */
    public static Optional<String> whyUnsupported(Op op, DeviceTraits device) {
        Optional<String> general = operands(op, device);
        return general.isPresent() ? general : lacking(op, device);
    }

    private static Optional<String> lacking(Op op, DeviceTraits device) {
        return switch (op) {
            case Unary _, UnaryBackward _, Binary _, Where _, Cast _, Copy _, Fill _ -> Optional.empty();
            case GatedActivation _, GatedActivationBackward _, Concat _, AllGather _ -> Optional.empty();
            case RandomFill _, AdamW _, Reduce _, ArgReduce _, TopK _, Softmax _, SoftmaxBackward _ -> Optional.empty();
            case CrossEntropy _, CrossEntropyBackward _, LayerNorm _, LayerNormBackward _ -> Optional.empty();
            case RmsNorm _, RmsNormBackward _, Rope _, CacheWrite _, Gather _, ScatterAdd _ -> Optional.empty();
            case Quantize _, Dequantize _, AllReduce _, ReduceScatter _ -> Optional.empty();
            case Matmul _ -> Optional.empty();
            case Attention o ->
                AttentionTiles.forward(AttentionProblem.of(o), device).isPresent() ? Optional.empty() : LARGE_HEADS;
            case PagedAttention o ->
                AttentionTiles.forward(AttentionProblem.of(o), device).isPresent() ? Optional.empty() : LARGE_HEADS;
            case AttentionBackward o ->
                AttentionTiles.backward(AttentionProblem.of(o), device).isPresent() ? Optional.empty() : LARGE_HEADS;
            case CustomOp o ->
                o.kernel()
                        .implementation(device.backend())
                        .map(implementation -> custom(implementation, device))
                        .orElseGet(() ->
                                Optional.of("it brings no implementation for the " + device.backend() + " backend"));
        };
    }

    private static Optional<String> custom(CustomImplementation implementation, DeviceTraits device) {
        return switch (implementation) {
            case KernelSource _ -> Optional.empty();
            case HostMethod _ ->
                Optional.of("its implementation for the " + device.backend() + " backend is no kernel source");
        };
    }

    private static Optional<String> operands(Op op, DeviceTraits device) {
        for (Tensor tensor : op.inputs()) {
            Optional<String> reason = operand(tensor, device);
            if (reason.isPresent()) {
                return reason;
            }
        }
        for (Tensor tensor : op.outputs()) {
            Optional<String> reason = operand(tensor, device);
            if (reason.isPresent()) {
                return reason;
            }
        }
        return Optional.empty();
    }

    private static Optional<String> operand(Tensor tensor, DeviceTraits device) {
        if (tensor.dtype() == DType.F64 && !device.fp64()) {
            return NO_FP64;
        }
        // A quantized copy has an axis more, within blocks.
        int extra = tensor.dtype().isQuantized() ? 1 : 0;
        return tensor.shape().rank() + extra > Loop.MAX_AXES ? TOO_MANY_AXES : Optional.empty();
    }
}
