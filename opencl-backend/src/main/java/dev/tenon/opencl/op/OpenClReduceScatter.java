package dev.tenon.opencl.op;

import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.op.ReduceScatter;
import dev.tenon.opencl.Work;

final class OpenClReduceScatter {
    private OpenClReduceScatter() {}

    static void bind(ReduceScatter op, Work work) {
        Layout whole = Layout.contiguous(op.in().getFirst().shape());
        Work.Scratch sums = OpenClAllReduce.sums(op.kind(), op.in(), work);
        long from = 0;
        for (Tensor out : op.out()) {
            long to = from + out.size(0);
            OpenClAllReduce.result(op.kind(), op.in().size(), sums, out, whole.slice(0, from, to, 1), work);
            from = to;
        }
    }
}
