package dev.tenon.op;

import dev.tenon.Tensor;
import dev.tenon.TensorSpec;
import java.util.List;
import java.util.Optional;

/**
 * What a {@link CustomOp} brings: inference, a slow exact reference, a cost, a gradient if it has one, and an
 * implementation for each backend that can run it.
 */
public interface CustomKernel {
    /** The name that errors and profiles print. */
    String name();

    /**
     * The outputs' shapes and types for given inputs.
     *
     * @throws dev.tenon.error.ShapeException or {@link dev.tenon.error.DTypeException} for inputs it cannot take
     */
    List<TensorSpec> infer(List<TensorSpec> inputs);

    /**
     * The result in double precision, for tests.
     *
     * @param inputs each input's elements in row-major order
     * @return each output's elements in row-major order
     */
    List<double[]> reference(List<TensorSpec> specs, List<double[]> inputs);

    /** Floating-point operations and bytes moved. */
    Cost cost(List<TensorSpec> inputs, List<TensorSpec> outputs);

    /**
     * How it runs on a backend.
     *
     * @param backend the backend's name, for example {@code cpu}
     * @return empty where it has no implementation there
     */
    Optional<CustomImplementation> implementation(String backend);

    /**
     * The operators of its backward pass.
     *
     * @param op the forward operator
     * @param gradOutputs the gradient of each output
     * @param gradInputs where the gradient of each input goes
     * @return empty where it has no gradient
     */
    default Optional<List<Op>> gradient(CustomOp op, List<Tensor> gradOutputs, List<Tensor> gradInputs) {
        return Optional.empty();
    }
}
