package dev.tenon.kernels.plan;

import dev.tenon.op.SoftmaxBackward;

final class PortableSoftmaxBackward {
    private PortableSoftmaxBackward() {}

    static void bind(SoftmaxBackward op, Work work) {
        Loop rows = Rows.over(op.out().shape(), op.out(), op.gradOut(), op.gradIn());
        RowForm form = RowForm.of(work, op.out().dtype(), op.out().size(-1))
                .rows(rows, 0, op.out())
                .rows(rows, 1, op.gradOut())
                .rows(rows, 2, op.gradIn());
        work.launch(
                        "softmax",
                        "softmax_backward",
                        PortableSoftmax.defines(op.logarithm(), op.out().dtype(), form) + " OPERANDS=3")
                .storage(op.out())
                .storage(op.gradOut())
                .storage(op.gradIn())
                .loop(rows)
                .value(op.out().size(-1))
                .value(Rows.step(op.out()))
                .value(Rows.step(op.gradOut()))
                .value(Rows.step(op.gradIn()))
                .value(form.argument())
                .groups(op.out().size(-1) == 0 ? 0 : rows.count(), form.items());
    }
}
