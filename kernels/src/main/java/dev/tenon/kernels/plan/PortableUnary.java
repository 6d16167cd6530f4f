package dev.tenon.kernels.plan;

import dev.tenon.op.Unary;

final class PortableUnary {
    private PortableUnary() {}

    static void bind(Unary op, Work work) {
        PortableElementwise.run(
                work,
                "unary",
                "unary",
                "TYPE=" + op.in().dtype() + " FUNCTION=" + op.kind(),
                op.out().shape(),
                op.in(),
                op.out());
    }
}
