package dev.tenon.cpu.op;

import dev.tenon.Tensor;
import dev.tenon.cpu.plan.CopyLoop;
import dev.tenon.op.AllGather;

final class CpuAllGather {
    private CpuAllGather() {}

    static Runnable bind(AllGather op, CpuContext context) {
        int ranks = op.in().size();
        Runnable[] copies = new Runnable[ranks * ranks];
        for (int r = 0; r < ranks; r++) {
            Tensor in = op.in().get(r);
            long size = in.size(0);
            for (int o = 0; o < ranks; o++) {
                Tensor share = op.out().get(o).slice(0, r * size, (r + 1) * size);
                copies[o * ranks + r] = CopyLoop.bind(context.team(), in, share);
            }
        }
        return new Sequence(copies);
    }
}
