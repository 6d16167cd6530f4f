package dev.tenon.kernels.plan;

import dev.tenon.op.GatedActivationBackward;

final class PortableGatedActivationBackward {
    private PortableGatedActivationBackward() {}

    static void bind(GatedActivationBackward op, Work work) {
        PortableElementwise.run(
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
