package dev.tenon.opencl.op;

import dev.tenon.op.GatedActivation;
import dev.tenon.opencl.Work;

final class OpenClGatedActivation {
    private OpenClGatedActivation() {}

    static void bind(GatedActivation op, Work work) {
        OpenClElementwise.run(
                work,
                "gated_activation",
                "gated_activation",
                "TYPE=" + op.gate().dtype() + " FUNCTION=" + op.activation(),
                op.out().shape(),
                op.gate(),
                op.up(),
                op.out());
    }
}
