package dev.tenon.cuda.op;

import dev.tenon.kernels.cuda.TensorCoreMatmul;
import dev.tenon.op.Matmul;

/** Chooses a matmul's kernels: cuBLAS as {@link BlasChoice} says, those for tensor cores where they apply, else the portable ones. */
final class CudaMatmul {
    private CudaMatmul() {}

    static void bind(Matmul op, CudaWork work) {
        work.product(op, traits -> TensorCoreMatmul.plan(op, traits));
    }
}
