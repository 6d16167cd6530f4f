package dev.tenon.kernels.plan;

import dev.tenon.op.Softmax;

final class PortableSoftmax {
    private PortableSoftmax() {}

    static void bind(Softmax op, Work work) {
        int group = work.device().rowGroup();
        Loop rows = Rows.over(op.in().shape(), op.in(), op.out());
        work.launch(
                        "softmax",
                        "softmax",
                        defines(op.logarithm(), op.in().dtype().name(), group) + " OPERANDS=2")
                .storage(op.in())
                .storage(op.out())
                .loop(rows)
                .value(op.in().size(-1))
                .value(Rows.step(op.in()))
                .value(Rows.step(op.out()))
                .groups(op.in().size(-1) == 0 ? 0 : rows.count(), group);
    }

    static String defines(boolean logarithm, String type, int group) {
        return "TYPE=" + type + " GROUP=" + group + (logarithm ? " LOGARITHM" : "");
    }
}
