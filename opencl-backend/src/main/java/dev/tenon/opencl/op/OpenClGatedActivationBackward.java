package dev.tenon.opencl.op;

import dev.tenon.op.GatedActivationBackward;
import dev.tenon.opencl.Work;

final class OpenClGatedActivationBackward {
    private OpenClGatedActivationBackward() {}

    static void bind(GatedActivationBackward op, Work work) {
        OpenClElementwise.run(
                work,
                "gated_activation",
                "gated_activation_backward",
                "TYPE=" + op.gate().dtype() + " FUNCTION=" + op.activation(),
                op.gate().shape(),
                op.gate(),
                op.up(),
                op.gradOut(),
                op.gradGate(),
                op.gradUp());
    }
}
