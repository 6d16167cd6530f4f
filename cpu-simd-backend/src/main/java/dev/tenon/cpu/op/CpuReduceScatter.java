package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.kernel.ReduceKernels;
import dev.tenon.cpu.plan.CombineLoop;
import dev.tenon.cpu.plan.ReduceKernel;
import dev.tenon.op.ReduceScatter;
import java.util.List;

final class CpuReduceScatter {
    private CpuReduceScatter() {}

    static Runnable bind(ReduceScatter op, CpuContext context) {
        ReduceKernel kernel = ReduceKernels.of(op.kind(), op.in().getFirst().dtype());
        Runnable[] shares = new Runnable[op.out().size()];
        for (int r = 0; r < shares.length; r++) {
            Tensor out = op.out().get(r);
            long size = out.size(0);
            long from = r * size;
            List<Tensor> in =
                    op.in().stream().map(t -> t.slice(0, from, from + size)).toList();
            shares[r] = new CombineLoop(context.team(), kernel, in, List.of(out));
        }
        return new Sequence(shares);
    }
}
