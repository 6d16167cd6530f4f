package dev.tenon.conformance.reference;

import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import dev.tenon.op.*;
import java.util.ArrayList;
import java.util.List;

/** The meaning of every operator: what its outputs must hold, given what its inputs hold now. */
public final class Reference {
    private Reference() {}

    /**
     * Reads the operands off their device and computes every output. Nothing is written. An operator that updates in place
     * must be asked about before it runs.
     *
     * @return one expectation an output, in the order of {@link Op#outputs()}
     */
    public static List<Expected> of(Op op) {
        return switch (op) {
            case Unary o -> UnaryReference.of(o);
            case UnaryBackward o -> UnaryReference.of(o);
            case GatedActivation o -> UnaryReference.of(o);
            case GatedActivationBackward o -> UnaryReference.of(o);
            case Binary o -> BinaryReference.of(o);
            case Where o -> BinaryReference.of(o);
            case Cast o -> BinaryReference.of(o);
            case Fill o -> BinaryReference.of(o);
            case Copy o -> MovementReference.of(o);
            case Concat o -> MovementReference.of(o);
            case AllGather o -> MovementReference.of(o);
            case Gather o -> MovementReference.of(o);
            case ScatterAdd o -> MovementReference.of(o);
            case CacheWrite o -> MovementReference.of(o);
            case Quantize o -> MovementReference.of(o);
            case Dequantize o -> MovementReference.of(o);
            case RandomFill o -> MovementReference.of(o);
            case Reduce o -> ReductionReference.of(o);
            case ArgReduce o -> ReductionReference.of(o);
            case TopK o -> ReductionReference.of(o);
            case AllReduce o -> ReductionReference.of(o);
            case ReduceScatter o -> ReductionReference.of(o);
            case Softmax o -> SoftmaxReference.of(o);
            case SoftmaxBackward o -> SoftmaxReference.of(o);
            case CrossEntropy o -> SoftmaxReference.of(o);
            case CrossEntropyBackward o -> SoftmaxReference.of(o);
            case LayerNorm o -> NormReference.of(o);
            case LayerNormBackward o -> NormReference.of(o);
            case RmsNorm o -> NormReference.of(o);
            case RmsNormBackward o -> NormReference.of(o);
            case Matmul o -> MatmulReference.of(o);
            case Attention o -> AttentionReference.of(o);
            case PagedAttention o -> AttentionReference.of(o);
            case AttentionBackward o -> AttentionReference.of(o);
            case Rope o -> RopeReference.of(o);
            case AdamW o -> OptimizerReference.of(o);
            case CustomOp o -> custom(o);
        };
    }

    private static List<Expected> custom(CustomOp op) {
        List<TensorSpec> specs = op.inputs().stream().map(Tensor::spec).toList();
        List<double[]> inputs =
                op.inputs().stream().map(in -> Values.read(in).reals().clone()).toList();
        List<double[]> results = op.kernel().reference(specs, inputs);
        List<Expected> out = new ArrayList<>();
        for (int i = 0; i < results.size(); i++) {
            double[] values = results.get(i);
            double[] scale = new double[values.length];
            for (int j = 0; j < scale.length; j++) {
                scale[j] = Math.max(1, Math.abs(values[j]));
            }
            out.add(new Expected.Reals(values, scale));
        }
        return out;
    }
}
