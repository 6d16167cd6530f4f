package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.plan.CopyLoop;
import dev.tenon.op.Concat;

final class CpuConcat {
    private CpuConcat() {}

    static Runnable bind(Concat op, CpuContext context) {
        Runnable[] copies = new Runnable[op.parts().size()];
        long from = 0;
        for (int i = 0; i < copies.length; i++) {
            Tensor part = op.parts().get(i);
            long to = from + part.size(op.axis());
            copies[i] = CopyLoop.bind(context.team(), part, op.out().slice(op.axis(), from, to));
            from = to;
        }
        return new Sequence(copies);
    }
}
