package dev.tenon.cuda.op;

import dev.tenon.kernels.cuda.TensorCoreAttention;
import dev.tenon.kernels.cuda.TensorCoreAttentionBackward;
import dev.tenon.op.Attention;
import dev.tenon.op.AttentionBackward;
import dev.tenon.op.PagedAttention;

/** Chooses attention's kernels: those for tensor cores where they apply, else the portable ones. */
final class CudaAttention {
    private CudaAttention() {}

    static void bind(Attention op, CudaWork work) {
        work.planned(op, traits -> TensorCoreAttention.plan(op, traits));
    }

    static void bind(PagedAttention op, CudaWork work) {
        work.planned(op, traits -> TensorCoreAttention.plan(op, traits));
    }

    static void bind(AttentionBackward op, CudaWork work) {
        work.planned(op, traits -> TensorCoreAttentionBackward.plan(op, traits));
    }
}
