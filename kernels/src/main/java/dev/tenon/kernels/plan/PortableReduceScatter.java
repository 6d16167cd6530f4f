package dev.tenon.kernels.plan;

import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.op.ReduceScatter;
import dev.tenon.spi.DeviceBuffer;

final class PortableReduceScatter {
    private PortableReduceScatter() {}

    static void bind(ReduceScatter op, Work work) {
        Layout whole = Layout.contiguous(op.in().getFirst().shape());
        DeviceBuffer sums = PortableAllReduce.sums(op.kind(), op.in(), work);
        long from = 0;
        for (Tensor out : op.out()) {
            long to = from + out.size(0);
            PortableAllReduce.result(op.kind(), op.in().size(), sums, out, whole.slice(0, from, to, 1), work);
            from = to;
        }
    }
}
