package com.example.backend;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.op.Activation;
import dev.tenon.op.Binary;
import dev.tenon.op.Fill;
import dev.tenon.op.Matmul;
import dev.tenon.op.Op;
import java.util.Optional;
import java.util.stream.Stream;

/** What the device computes, by operator, attributes and types. */
final class ScalarSupport {
    private ScalarSupport() {}

    /** A default, since this is built apart from Tenon: an operator that a later version adds is answered, too. */
    static Optional<String> whyUnsupported(Op op) {
        return switch (op) {
            case Fill _ -> types(op);
            case Binary binary
            when ScalarBinary.function(binary.kind()).isEmpty() ->
                Optional.of("of two elements it computes numbers only, no comparisons and no bits");
            case Binary _ -> types(op);
            case Matmul matmul
            when !isFused(matmul.epilogue().activation()) ->
                Optional.of("with a matrix product it fuses no activation but relu");
            case Matmul _ -> types(op);
            default -> Optional.of("it computes fill, binary and matmul only");
        };
    }

    static boolean isFused(Activation activation) {
        return activation == Activation.NONE || activation == Activation.RELU;
    }

    private static Optional<String> types(Op op) {
        Stream<Tensor> operands = Stream.concat(op.inputs().stream(), op.outputs().stream());
        return operands.allMatch(tensor -> tensor.dtype() == DType.F32)
                ? Optional.empty()
                : Optional.of("it computes in F32 only");
    }
}
