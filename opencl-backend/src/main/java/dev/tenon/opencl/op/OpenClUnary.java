package dev.tenon.opencl.op;

import dev.tenon.op.Unary;
import dev.tenon.opencl.Work;

final class OpenClUnary {
    private OpenClUnary() {}

    static void bind(Unary op, Work work) {
        OpenClElementwise.run(
                work,
                "unary",
                "unary",
                "TYPE=" + op.in().dtype() + " FUNCTION=" + op.kind(),
                op.out().shape(),
                op.in(),
                op.out());
    }
}
