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
        int width = width(op, loop, work);
        work.launch(
                        "rope",
                        "rope",
                        "TYPE=" + in.dtype() + (op.pairing() == Rope.Pairing.ADJACENT ? " ADJACENT" : " HALVES")
                                + Vectors.define(width))
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
                .elements(loop.count() * (in.size(-1) - pairs) / width);
    }

    /** How many pairs an item turns: several where those, and what comes after the pairs, are whole numbers of neighbours. */
    private static int width(Rope op, Loop loop, Work work) {
        long pairs = op.frequencies().size(0);
        int width = Vectors.width(work, op.in().dtype());
        long alignment = Vectors.alignment(op.in().dtype(), width);
        boolean fits = pairs % width == 0
                && op.in().size(-1) % width == 0
                && Rows.step(op.in()) == 1
                && Rows.step(op.out()) == 1
                && loop.isAligned(0, alignment)
                && loop.isAligned(1, alignment);
        return fits ? width : 1;
    }
}
