package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.TopK;

final class PortableTopK {
    private PortableTopK() {}

    static void bind(TopK op, Work work) {
        int group = work.device().reduceGroup();
        Tensor in = op.in();
        Loop rows = Rows.over(in.shape(), in, op.values(), op.indices());
        work.launch(
                        "top_k",
                        "top_k",
                        "TYPE=" + in.dtype() + " INDEX=" + op.indices().dtype()
                                + work.device().groupDefines(group))
                .storage(in)
                .storage(op.values())
                .storage(op.indices())
                .loop(rows)
                .value(in.size(-1))
                .value(op.values().size(-1))
                .value(Rows.step(in))
                .value(Rows.step(op.values()))
                .value(Rows.step(op.indices()))
                .groups(op.values().size(-1) == 0 ? 0 : rows.count(), group);
    }
}
