package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/**
 * One operator applied to given tensors: a value that names its inputs, outputs and attributes. Running it writes the
 * outputs and nothing else; an operator that updates in place lists the tensor under both.
 *
 * <p>The vocabulary is closed but for {@link CustomOp}. Shapes in the records' documentation are written outermost axis
 * first; any operand may be a view with any strides unless its record says otherwise.
 */
public sealed interface Op
        permits AdamW,
                AllGather,
                AllReduce,
                ArgReduce,
                Attention,
                AttentionBackward,
                Binary,
                CacheWrite,
                Cast,
                Concat,
                Copy,
                CrossEntropy,
                CrossEntropyBackward,
                CustomOp,
                Dequantize,
                Fill,
                GatedActivation,
                GatedActivationBackward,
                Gather,
                LayerNorm,
                LayerNormBackward,
                Matmul,
                PagedAttention,
                Quantize,
                RandomFill,
                Reduce,
                ReduceScatter,
                RmsNorm,
                RmsNormBackward,
                Rope,
                ScatterAdd,
                Softmax,
                SoftmaxBackward,
                TopK,
                Unary,
                UnaryBackward,
                Where {

    /** The tensors that the operator reads; absent optional operands are left out. */
    List<Tensor> inputs();

    /** The tensors that the operator writes, all of them wholly unless its record says otherwise. */
    List<Tensor> outputs();

    /** The operator's name as errors and profiles print it, for example {@code matmul} or {@code rmsNorm}. */
    default String name() {
        return OpNames.of(getClass());
    }
}
