package dev.tenon.kernels.plan;

import dev.tenon.op.UnaryBackward;

final class PortableUnaryBackward {
    private PortableUnaryBackward() {}

    static void bind(UnaryBackward op, Work work) {
        PortableElementwise.run(
                work,
                "unary_backward",
                "unary_backward",
                "TYPE=" + op.in().dtype() + " FUNCTION=" + op.kind(),
                op.in().shape(),
                op.in(),
                op.gradOut(),
                op.gradIn());
    }
}
