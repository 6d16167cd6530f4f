package dev.tenon.cuda.op;

import dev.tenon.kernels.cuda.CudaPlan;
import dev.tenon.kernels.cuda.CudaPlan.Declined;
import dev.tenon.kernels.cuda.CudaPlan.Launches;
import dev.tenon.kernels.cuda.CudaTraits;
import dev.tenon.kernels.cuda.TensorCoreMatmul;
import dev.tenon.op.Matmul;

/** Chooses a matmul's kernels: cuBLAS as {@link BlasChoice} says, those for tensor cores where they apply and are as exact as F32 sums, else the portable ones. */
final class CudaMatmul {
    private CudaMatmul() {}

    static void bind(Matmul op, CudaWork work) {
        work.product(op, traits -> plan(op, traits));
    }

    /**
     * Tensor cores round a sum towards zero at each step, so over terms of one sign errors add up in proportion to the steps. F32 as
     * three TF32 products takes three steps for eight terms: some 40 roundings' worth over 300 terms, where 37 are allowed. With
     * 16-bit operands it is one step for 16 terms.
     */
    private static CudaPlan plan(Matmul op, CudaTraits traits) {
        CudaPlan plan = TensorCoreMatmul.plan(op, traits);
        boolean tf32 = plan instanceof Launches launches
                && launches.launches().stream()
                        .anyMatch(launch -> launch.kernel().file().equals(TensorCoreMatmul.TF32));
        return tf32 ? new Declined("sums of TF32 products are not as exact as F32 sums") : plan;
    }
}
