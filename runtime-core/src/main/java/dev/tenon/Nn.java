package dev.tenon;

import dev.tenon.error.DTypeException;
import dev.tenon.op.Activation;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionParameters;
import dev.tenon.op.Concat;
import dev.tenon.op.CrossEntropy;
import dev.tenon.op.Dequantize;
import dev.tenon.op.Epilogue;
import dev.tenon.op.GatedActivation;
import dev.tenon.op.Gather;
import dev.tenon.op.Inference;
import dev.tenon.op.LayerNorm;
import dev.tenon.op.Matmul;
import dev.tenon.op.Quantize;
import dev.tenon.op.RandomFill;
import dev.tenon.op.RandomFill.Distribution;
import dev.tenon.op.RmsNorm;
import dev.tenon.op.Rope;
import dev.tenon.op.TopK;
import dev.tenon.op.Where;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The building blocks of neural networks, each one operator. Results are allocated in the current scope; for a given
 * output, or for gradients, make the operator's record and {@link Device#execute} it.
 */
public final class Nn {
    private Nn() {}

    /**
     * {@code activation(in weight^T + bias)}.
     *
     * @param in [..., k]
     * @param weight [n, k], any float or quantized type
     * @param bias [n]; may be absent
     * @return [..., n], {@code in}'s type
     */
    public static Tensor linear(Tensor in, Tensor weight, @Nullable Tensor bias, Activation activation) {
        boolean vector = in.shape().rank() == 1;
        Tensor rows = vector ? in.unsqueeze(0) : in;
        Tensor out = rows.matmul(weight.transpose(), new Epilogue(1, bias, activation, null));
        return vector ? out.squeeze(0) : out;
    }

    /** {@link #linear(Tensor, Tensor, Tensor, Activation)} with neither bias nor activation. */
    public static Tensor linear(Tensor in, Tensor weight) {
        return linear(in, weight, null, Activation.NONE);
    }

    /** {@code residual + in weight^T}, fused; {@code residual} is overwritten and returned. */
    public static Tensor linearInto(Tensor in, Tensor weight, Tensor residual) {
        in.device()
                .execute(
                        new Matmul(in, weight.transpose(), new Epilogue(1, null, Activation.NONE, residual), residual));
        return residual;
    }

    /** See {@link Attention}; neither mask nor lengths. */
    public static Tensor attention(Tensor query, Tensor key, Tensor value, AttentionParameters parameters) {
        TensorSpec result = Inference.attention(query.spec(), value.spec());
        Tensor out = Tensor.empty(query.device(), result.dtype(), result.shape());
        query.device().execute(new Attention(query, key, value, null, null, parameters, out, null));
        return out;
    }

    /** See {@link RmsNorm}; no residual. */
    public static Tensor rmsNorm(Tensor in, @Nullable Tensor weight, float epsilon) {
        Tensor out = like(in);
        in.device().execute(new RmsNorm(in, null, weight, 0, epsilon, out, null, null));
        return out;
    }

    /** See {@link LayerNorm}. */
    public static Tensor layerNorm(Tensor in, @Nullable Tensor weight, @Nullable Tensor bias, float epsilon) {
        Tensor out = like(in);
        in.device().execute(new LayerNorm(in, weight, bias, epsilon, out, null, null));
        return out;
    }

    /** See {@link Rope}. */
    public static Tensor rope(Tensor in, Tensor positions, Tensor frequencies, Rope.Pairing pairing, float magnitude) {
        Tensor out = like(in);
        in.device().execute(new Rope(in, positions, frequencies, pairing, magnitude, false, out));
        return out;
    }

    /** See {@link GatedActivation}. */
    public static Tensor gatedActivation(Activation activation, Tensor gate, Tensor up) {
        Tensor out = like(gate);
        gate.device().execute(new GatedActivation(activation, gate, up, out));
        return out;
    }

    /** See {@link Gather}. */
    public static Tensor gather(Tensor table, Tensor indices) {
        TensorSpec result = Inference.gather(table.spec(), indices.spec());
        Tensor out = Tensor.empty(table.device(), result.dtype(), result.shape());
        table.device().execute(new Gather(table, indices, out));
        return out;
    }

    /** Tensors joined along one axis; see {@link Concat}. */
    public static Tensor concat(int axis, Tensor... parts) {
        List<Tensor> list = List.of(parts);
        int counted = parts.length == 0 ? axis : parts[0].shape().axis(axis);
        TensorSpec result = Inference.concat(list.stream().map(Tensor::spec).toList(), counted);
        Tensor out = Tensor.empty(parts[0].device(), result.dtype(), result.shape());
        out.device().execute(new Concat(list, counted, out));
        return out;
    }

    /** See {@link Where}. */
    public static Tensor where(Tensor condition, Tensor a, Tensor b) {
        TensorSpec result = Inference.where(condition.spec(), a.spec(), b.spec());
        Tensor out = Tensor.empty(a.device(), result.dtype(), result.shape());
        a.device().execute(new Where(condition, a, b, out));
        return out;
    }

    /** The k largest elements along the last axis and their indices (I64). */
    public record TopKResult(Tensor values, Tensor indices) {}

    /** See {@link TopK}. */
    public static TopKResult topK(Tensor in, long k) {
        Shape shape = in.shape().with(-1, k);
        Tensor values = Tensor.empty(in.device(), in.dtype(), shape);
        Tensor indices = Tensor.empty(in.device(), DType.I64, shape);
        in.device().execute(new TopK(in, values, indices));
        return new TopKResult(values, indices);
    }

    /** Each row's loss; see {@link CrossEntropy}. */
    public static Tensor crossEntropy(Tensor logits, Tensor targets, long ignore) {
        DType type = logits.dtype() == DType.F64 ? DType.F64 : DType.F32;
        Tensor losses = Tensor.empty(logits.device(), type, logits.shape().without(-1));
        logits.device().execute(new CrossEntropy(logits, targets, ignore, losses, null));
        return losses;
    }

    /** Random values; see {@link RandomFill}. */
    public static Tensor random(
            Device device, DType dtype, Distribution distribution, long seed, long offset, long... sizes) {
        Tensor out = Tensor.empty(device, dtype, Shape.of(sizes));
        device.execute(new RandomFill(distribution, seed, offset, out));
        return out;
    }

    /** Between plain and quantized types, by way of F32 where needed. */
    static Tensor requantize(Tensor in, DType dtype) {
        if (in.dtype().isQuantized()) {
            boolean direct = dtype == DType.F32 || dtype == DType.F16 || dtype == DType.BF16;
            Tensor out = Tensor.empty(in.device(), direct ? dtype : DType.F32, in.shape());
            in.device().execute(new Dequantize(in, out));
            return direct ? out : out.cast(dtype);
        }
        if (!in.dtype().isFloat()) {
            throw new DTypeException("cast", "only floats are quantized", List.of(in.dtype(), dtype));
        }
        Tensor source = in.dtype() == DType.F64 ? in.cast(DType.F32) : in;
        Tensor out = Tensor.empty(in.device(), dtype, in.shape());
        in.device().execute(new Quantize(source, out));
        return out;
    }

    private static Tensor like(Tensor tensor) {
        return Tensor.empty(tensor.device(), tensor.dtype(), tensor.shape());
    }
}
