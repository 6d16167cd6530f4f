package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.CrossEntropyBackward;

final class PortableCrossEntropyBackward {
    private PortableCrossEntropyBackward() {}

    static void bind(CrossEntropyBackward op, Work work) {
        int group = work.device().rowGroup();
        Tensor logits = op.logits();
        Loop rows = Rows.over(logits.shape(), logits, op.targets(), op.logSumExp(), op.gradLosses(), op.gradLogits());
        work.launch(
                        "cross_entropy",
                        "cross_entropy_backward",
                        "TYPE=" + logits.dtype() + " INDEX=" + op.targets().dtype() + " GROUP=" + group + " OPERANDS=5")
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
                .groups(logits.size(-1) == 0 ? 0 : rows.count(), group);
    }
}
