package dev.tenon.kernels.plan;

import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.op.Rope;

final class PortableRope {
    private PortableRope() {}

    static void bind(Rope op, Work work) {
        Tensor in = op.in();
        Shape heads = in.shape().without(-1);
        Loop loop = Loop.over(
                heads,
                Rows.withoutLast(in.layout()),
                Rows.withoutLast(op.out().layout()),
                op.positions().layout().unsqueeze(-1));
        long pairs = op.frequencies().size(0);
        work.launch(
                        "rope",
                        "rope",
                        "TYPE=" + in.dtype() + (op.pairing() == Rope.Pairing.ADJACENT ? " ADJACENT" : " HALVES"))
                .storage(in)
                .storage(op.out())
                .storage(op.positions())
                .storage(op.frequencies())
                .loop(loop)
                .value(in.size(-1))
                .value(pairs)
                .value(Rows.step(in))
                .value(Rows.step(op.out()))
                .value(Rows.base(op.frequencies()))
                .value(Rows.stepOf(op.frequencies()))
                .value(op.magnitude())
                .value(op.inverse() ? -1f : 1f)
                .elements(loop.count() * (in.size(-1) - pairs));
    }
}
