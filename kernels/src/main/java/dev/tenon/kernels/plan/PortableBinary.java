package dev.tenon.kernels.plan;

import dev.tenon.op.Binary;

final class PortableBinary {
    private PortableBinary() {}

    static void bind(Binary op, Work work) {
        PortableElementwise.run(
                work,
                "binary",
                "binary",
                "TYPE=" + op.a().dtype() + " OUT=" + op.out().dtype() + " FUNCTION=" + op.kind(),
                0b011,
                op.out().shape(),
                op.a(),
                op.b(),
                op.out());
    }
}
