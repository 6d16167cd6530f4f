package dev.tenon.kernels.plan;

import dev.tenon.op.SoftmaxBackward;

final class PortableSoftmaxBackward {
    private PortableSoftmaxBackward() {}

    static void bind(SoftmaxBackward op, Work work) {
        int group = work.device().rowGroup();
        Loop rows = Rows.over(op.out().shape(), op.out(), op.gradOut(), op.gradIn());
        work.launch(
                        "softmax",
                        "softmax_backward",
                        PortableSoftmax.defines(op.logarithm(), op.out().dtype().name(), group) + " OPERANDS=3")
                .storage(op.out())
                .storage(op.gradOut())
                .storage(op.gradIn())
                .loop(rows)
                .value(op.out().size(-1))
                .value(Rows.step(op.out()))
                .value(Rows.step(op.gradOut()))
                .value(Rows.step(op.gradIn()))
                .groups(op.out().size(-1) == 0 ? 0 : rows.count(), group);
    }
}
