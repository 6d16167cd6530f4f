package dev.tenon.kernels.plan;

import dev.tenon.op.Where;

final class PortableWhere {
    private PortableWhere() {}

    static void bind(Where op, Work work) {
        PortableElementwise.run(
                work,
                "move",
                "where",
                "UNIT=" + PortableCopy.unit(op.a().dtype().blockBytes()),
                op.out().shape(),
                op.condition(),
                op.a(),
                op.b(),
                op.out());
    }
}
