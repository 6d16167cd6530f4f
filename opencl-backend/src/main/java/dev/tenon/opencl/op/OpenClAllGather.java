package dev.tenon.opencl.op;

import dev.tenon.Tensor;
import dev.tenon.op.AllGather;
import dev.tenon.opencl.Work;

final class OpenClAllGather {
    private OpenClAllGather() {}

    static void bind(AllGather op, Work work) {
        for (Tensor out : op.out()) {
            OpenClConcat.join(op.in(), 0, out, work);
        }
    }
}
