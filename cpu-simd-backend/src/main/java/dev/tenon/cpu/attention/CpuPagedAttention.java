package dev.tenon.cpu.attention;

import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.PagedAttention;

/** {@link PagedAttention} on the CPU, by the kernels of {@link CpuAttention}. */
public final class CpuPagedAttention {
    private CpuPagedAttention() {}

    /**
     * Prepares the operator; the result may be run again and again. Lengths and page table are read at each run.
     *
     * @return throws {@link dev.tenon.error.InvalidArgumentException} when run with lengths or pages outside the cache
     */
    public static Runnable bind(PagedAttention op, ThreadTeam team) {
        return AttentionPaths.bind(AttentionProblem.of(op), team);
    }
}
