package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.CrossEntropyBackward;

final class PortableCrossEntropyBackward {
    private PortableCrossEntropyBackward() {}

    static void bind(CrossEntropyBackward op, Work work) {
        Tensor logits = op.logits();
        Loop rows = Rows.over(logits.shape(), logits, op.targets(), op.logSumExp(), op.gradLosses(), op.gradLogits());
        RowForm form = RowForm.of(work, logits.dtype(), logits.size(-1))
                .rows(rows, 0, logits)
                .rows(rows, 4, op.gradLogits());
        work.launch(
                        "cross_entropy",
                        "cross_entropy_backward",
                        "TYPE=" + logits.dtype() + " INDEX=" + op.targets().dtype() + form.defines() + " OPERANDS=5")
                .storage(logits)
                .storage(op.targets())
                .storage(op.logSumExp())
                .storage(op.gradLosses())
                .storage(op.gradLogits())
                .loop(rows)
                .value(logits.size(-1))
                .value(Rows.step(logits))
                .value(Rows.step(op.gradLogits()))
                .value(op.ignore())
                .value(form.argument())
                .groups(logits.size(-1) == 0 ? 0 : rows.count(), form.items());
    }
}
