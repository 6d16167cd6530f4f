package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.ArgReduce;

final class PortableArgReduce {
    private PortableArgReduce() {}

    static void bind(ArgReduce op, Work work) {
        int group = work.device().reduceGroup();
        Tensor in = op.in();
        Loop rows = Rows.over(in.shape(), in, op.out());
        work.launch(
                        "arg_reduce",
                        "arg_reduce",
                        "TYPE=" + in.dtype() + " INDEX=" + op.out().dtype()
                                + work.device().groupDefines(group) + (op.largest() ? " LARGEST" : ""))
                .storage(in)
                .storage(op.out())
                .loop(rows)
                .value(in.size(-1))
                .value(Rows.step(in))
                .groups(rows.count(), group);
    }
}
