package dev.tenon.kernels.plan;

import dev.tenon.op.Cast;

final class PortableCast {
    private PortableCast() {}

    static void bind(Cast op, Work work) {
        if (op.in().dtype() == op.out().dtype()) {
            PortableCopy.copy(op.in(), op.out(), work);
            return;
        }
        PortableElementwise.run(
                work,
                "cast",
                "cast",
                "IN=" + op.in().dtype() + " OUT=" + op.out().dtype(),
                op.out().shape(),
                op.in(),
                op.out());
    }
}
