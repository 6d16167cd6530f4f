package dev.tenon.cuda.op;

import dev.tenon.kernels.plan.PortableOps;
import dev.tenon.kernels.plan.Work;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.PagedAttention;

/** Chooses attention's kernels. */
final class CudaAttention {
    private CudaAttention() {}

    static void bind(Attention op, Work work) {
        PortableOps.bind(op, work);
    }

    static void bind(PagedAttention op, Work work) {
        PortableOps.bind(op, work);
    }

    static void bind(AttentionBackward op, Work work) {
        PortableOps.bind(op, work);
    }
}
