package dev.tenon.cpu.attention;

import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.Attention;

/** {@link Attention} on the CPU. */
public final class CpuAttention {
    private CpuAttention() {}

    /**
     * Prepares the operator; the result may be run again and again. Lengths are read at each run.
     *
     * @return throws {@link dev.tenon.error.InvalidArgumentException} when run with lengths past the keys
     */
    public static Runnable bind(Attention op, ThreadTeam team) {
        return AttentionPaths.bind(AttentionProblem.of(op), team);
    }
}
