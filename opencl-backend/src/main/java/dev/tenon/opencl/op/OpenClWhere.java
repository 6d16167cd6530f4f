package dev.tenon.opencl.op;

import dev.tenon.op.Where;
import dev.tenon.opencl.Work;

final class OpenClWhere {
    private OpenClWhere() {}

    static void bind(Where op, Work work) {
        OpenClElementwise.run(
                work,
                "move",
                "where",
                "UNIT=" + OpenClCopy.unit(op.a().dtype().blockBytes()),
                op.out().shape(),
                op.condition(),
                op.a(),
                op.b(),
                op.out());
    }
}
