package dev.tenon;

import dev.tenon.op.Op;
import java.util.List;
import java.util.stream.Collectors;

/** Operators in words, for errors and profiles. */
public final class Descriptions {
    private Descriptions() {}

    /** For example {@code matmul(F32[2, 3], F32[3, 4]) -> F32[2, 4]}. */
    public static String of(Op op) {
        return op.name() + "(" + specs(op.inputs()) + ") -> " + specs(op.outputs());
    }

    private static String specs(List<Tensor> tensors) {
        return tensors.stream().map(t -> t.spec().toString()).collect(Collectors.joining(", "));
    }
}
