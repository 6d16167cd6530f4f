package dev.tenon.kernels.plan;

import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.op.Concat;
import java.util.List;

final class PortableConcat {
    private PortableConcat() {}

    static void bind(Concat op, Work work) {
        join(op.parts(), op.axis(), op.out(), work);
    }

    static void join(List<Tensor> parts, int axis, Tensor out, Work work) {
        long from = 0;
        for (Tensor part : parts) {
            long to = from + part.shape().size(axis);
            Layout share = out.layout().slice(axis, from, to, 1);
            Loop loop = Loop.over(part.shape(), part.layout(), share);
            work.launch("move", "copy", "UNIT=" + PortableCopy.unit(out.dtype().blockBytes()) + " " + loop.defines())
                    .storage(part)
                    .storage(out)
                    .loop(loop)
                    .elements(loop.count());
            from = to;
        }
    }
}
