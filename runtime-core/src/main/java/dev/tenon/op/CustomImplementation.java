package dev.tenon.op;

import dev.tenon.Tensor;
import java.util.List;

/** One backend's implementation of a {@link CustomKernel}. */
public sealed interface CustomImplementation permits CustomImplementation.HostMethod {
    /**
     * A Java method over host memory, for the CPU backend. {@link Tensor#segment()} gives each operand's storage and
     * {@link Tensor#layout()} where its elements lie in it.
     */
    non-sealed interface HostMethod extends CustomImplementation {
        /** Computes the outputs. Called on one thread; it may use others and must be done when it returns. */
        void run(List<Tensor> inputs, List<Tensor> outputs);
    }
}
