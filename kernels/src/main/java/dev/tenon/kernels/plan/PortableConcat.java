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
            PortableCopy.copy(part, out, loop, out.dtype().blockBytes(), work);
            from = to;
        }
    }
}
