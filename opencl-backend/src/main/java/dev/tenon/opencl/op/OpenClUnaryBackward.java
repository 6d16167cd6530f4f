package dev.tenon.opencl.op;

import dev.tenon.op.UnaryBackward;
import dev.tenon.opencl.Work;

final class OpenClUnaryBackward {
    private OpenClUnaryBackward() {}

    static void bind(UnaryBackward op, Work work) {
        OpenClElementwise.run(
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
