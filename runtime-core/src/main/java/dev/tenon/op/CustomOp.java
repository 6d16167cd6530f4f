package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * A user's own operator, the vocabulary's one open leaf: checked, run, captured, profiled and conformance-tested like
 * any other.
 *
 * @param kernel what it is and how it runs
 */
public record CustomOp(CustomKernel kernel, List<Tensor> inputs, List<Tensor> outputs) implements Op {
    public CustomOp {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
    }

    @Override
    public List<Tensor> inputs() {
        return new ArrayList<>(inputs);
    }

    @Override
    public List<Tensor> outputs() {
        return new ArrayList<>(outputs);
    }

    @Override
    public String name() {
        return kernel.name();
    }
}
