package com.example.backend;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.conformance.ConformanceSuite;
import dev.tenon.op.Activation;
import dev.tenon.op.Binary;
import dev.tenon.op.Fill;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import java.util.stream.Stream;

/** Tenon's conformance suite on our device: what it promises must be right, and what it lacks is skipped and counted. */
class ScalarConformanceTest extends ConformanceSuite {
    @Override
    protected String deviceName() {
        return ScalarBackend.NAME;
    }

    /** What we promise, written down a second time: a case that the device refuses although it is promised fails. */
    @Override
    protected boolean mayLack(Op op) {
        boolean promised = switch (op) {
            case Fill _ -> true;
            case Binary binary ->
                !binary.kind().isComparison() && !binary.kind().isBitwise();
            case Matmul matmul ->
                matmul.epilogue().activation() == Activation.NONE
                        || matmul.epilogue().activation() == Activation.RELU;
            default -> false;
        };
        Stream<Tensor> operands = Stream.concat(op.inputs().stream(), op.outputs().stream());
        return !promised || operands.anyMatch(tensor -> tensor.dtype() != DType.F32);
    }
}
