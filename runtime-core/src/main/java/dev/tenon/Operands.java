package dev.tenon;

import dev.tenon.op.Op;
import java.util.List;

/** Holding an operator's operands alive while it runs or is captured. */
final class Operands {
    private Operands() {}

    /** All or none: on a closed operand those already held are let go. */
    static void acquire(Op op) {
        List<Tensor> inputs = op.inputs();
        List<Tensor> outputs = op.outputs();
        int held = 0;
        try {
            for (int i = 0; i < inputs.size(); i++, held++) {
                Tensor tensor = inputs.get(i);
                tensor.storage().acquire(op.name(), tensor);
            }
            for (int i = 0; i < outputs.size(); i++, held++) {
                Tensor tensor = outputs.get(i);
                tensor.storage().acquire(op.name(), tensor);
            }
        } catch (RuntimeException e) {
            for (int i = 0; i < held; i++) {
                Tensor tensor = i < inputs.size() ? inputs.get(i) : outputs.get(i - inputs.size());
                tensor.storage().release();
            }
            throw e;
        }
    }

    static void release(Op op) {
        List<Tensor> inputs = op.inputs();
        for (int i = 0; i < inputs.size(); i++) {
            inputs.get(i).storage().release();
        }
        List<Tensor> outputs = op.outputs();
        for (int i = 0; i < outputs.size(); i++) {
            outputs.get(i).storage().release();
        }
    }
}
