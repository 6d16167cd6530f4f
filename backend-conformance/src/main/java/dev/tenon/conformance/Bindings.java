package dev.tenon.conformance;

import dev.tenon.Tensor;
import java.util.Map;

/** A case's operands on a device, by name. */
public final class Bindings {
    private final Map<String, Tensor> tensors;

    Bindings(Map<String, Tensor> tensors) {
        this.tensors = tensors;
    }

    /** The tensor of an operand. */
    public Tensor get(String operand) {
        Tensor tensor = tensors.get(operand);
        if (tensor == null) {
            throw new IllegalArgumentException("the case has no operand " + operand);
        }
        return tensor;
    }
}
