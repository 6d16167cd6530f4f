package dev.tenon.kernels.plan;

import dev.tenon.op.GatedActivation;

final class PortableGatedActivation {
    private PortableGatedActivation() {}

    static void bind(GatedActivation op, Work work) {
        PortableElementwise.run(
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
