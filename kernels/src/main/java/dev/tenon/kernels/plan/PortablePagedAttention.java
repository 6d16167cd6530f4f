package dev.tenon.kernels.plan;

import dev.tenon.op.PagedAttention;

final class PortablePagedAttention {
    private PortablePagedAttention() {}

    static void bind(PagedAttention op, Work work) {
        PortableAttention.bind(AttentionProblem.of(op), work);
    }
}
