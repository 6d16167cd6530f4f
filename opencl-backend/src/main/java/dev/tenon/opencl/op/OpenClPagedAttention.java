package dev.tenon.opencl.op;

import dev.tenon.op.PagedAttention;
import dev.tenon.opencl.Work;

final class OpenClPagedAttention {
    private OpenClPagedAttention() {}

    static void bind(PagedAttention op, Work work) {
        OpenClAttention.bind(AttentionProblem.of(op), work);
    }
}
