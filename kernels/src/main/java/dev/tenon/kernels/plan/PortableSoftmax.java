package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.op.Softmax;

final class PortableSoftmax {
    private PortableSoftmax() {}

    static void bind(Softmax op, Work work) {
        Loop rows = Rows.over(op.in().shape(), op.in(), op.out());
        RowForm form = RowForm.of(work, op.in().dtype(), op.in().size(-1))
                .rows(rows, 0, op.in())
                .rows(rows, 1, op.out());
        work.launch("softmax", "softmax", defines(op.logarithm(), op.in().dtype(), form) + " OPERANDS=2")
                .storage(op.in())
                .storage(op.out())
                .loop(rows)
                .value(op.in().size(-1))
                .value(Rows.step(op.in()))
                .value(Rows.step(op.out()))
                .value(form.argument())
                .groups(op.in().size(-1) == 0 ? 0 : rows.count(), form.items());
    }

    static String defines(boolean logarithm, DType type, RowForm form) {
        return "TYPE=" + type + form.defines() + (logarithm ? " LOGARITHM" : "");
    }
}
