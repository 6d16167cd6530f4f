package dev.tenon.opencl.op;

import dev.tenon.op.Binary;
import dev.tenon.opencl.Work;

final class OpenClBinary {
    private OpenClBinary() {}

    static void bind(Binary op, Work work) {
        OpenClElementwise.run(
                work,
                "binary",
                "binary",
                "TYPE=" + op.a().dtype() + " OUT=" + op.out().dtype() + " FUNCTION=" + op.kind(),
                op.out().shape(),
                op.a(),
                op.b(),
                op.out());
    }
}
