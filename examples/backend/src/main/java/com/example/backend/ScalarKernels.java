package com.example.backend;

import dev.tenon.op.Binary;
import dev.tenon.op.Fill;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;

/** From an operator to what runs it, any number of times. */
final class ScalarKernels {
    private ScalarKernels() {}

    /**
     * @param op checked, and not refused by {@link ScalarSupport}
     */
    static Runnable bind(Op op) {
        return switch (op) {
            case Fill fill -> ScalarFill.bind(fill);
            case Binary binary -> ScalarBinary.bind(binary);
            case Matmul matmul -> ScalarMatmul.bind(matmul);
            default -> throw new AssertionError(op.name() + " is not supported");
        };
    }
}
