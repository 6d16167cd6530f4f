package dev.tenon.cuda.op;

import dev.tenon.kernels.plan.PortableOps;
import dev.tenon.kernels.plan.Work;
import dev.tenon.op.Matmul;

/** Chooses a matmul's kernels. */
final class CudaMatmul {
    private CudaMatmul() {}

    static void bind(Matmul op, Work work) {
        PortableOps.bind(op, work);
    }
}
