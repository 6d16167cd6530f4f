package dev.tenon.opencl.op;

import dev.tenon.op.Cast;
import dev.tenon.opencl.Work;

final class OpenClCast {
    private OpenClCast() {}

    static void bind(Cast op, Work work) {
        if (op.in().dtype() == op.out().dtype()) {
            OpenClCopy.copy(op.in(), op.out(), work);
            return;
        }
        OpenClElementwise.run(
                work,
                "cast",
                "cast",
                "IN=" + op.in().dtype() + " OUT=" + op.out().dtype(),
                op.out().shape(),
                op.in(),
                op.out());
    }
}
