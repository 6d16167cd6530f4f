package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.AllGather;

final class PortableAllGather {
    private PortableAllGather() {}

    static void bind(AllGather op, Work work) {
        for (Tensor out : op.out()) {
            PortableConcat.join(op.in(), 0, out, work);
        }
    }
}
