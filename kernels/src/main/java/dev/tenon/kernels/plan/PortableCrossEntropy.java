package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.CrossEntropy;

final class PortableCrossEntropy {
    private PortableCrossEntropy() {}

    static void bind(CrossEntropy op, Work work) {
        Tensor logits = op.logits();
        Tensor logSumExp = Rows.orElse(op.logSumExp(), op.losses());
        Loop rows = Rows.over(logits.shape(), logits, op.targets(), op.losses(), logSumExp);
        RowForm form = RowForm.of(work, logits.dtype(), logits.size(-1)).rows(rows, 0, logits);
        work.launch(
                        "cross_entropy",
                        "cross_entropy",
                        "TYPE=" + logits.dtype() + " INDEX=" + op.targets().dtype() + form.defines() + " OPERANDS=4")
                .storage(logits)
                .storage(op.targets())
                .storage(op.losses())
                .storage(logSumExp)
                .loop(rows)
                .value(logits.size(-1))
                .value(Rows.step(logits))
                .value(op.ignore())
                .value(op.logSumExp() == null ? 0 : 1)
                .value(form.argument())
                .groups(rows.count(), form.items());
    }
}
