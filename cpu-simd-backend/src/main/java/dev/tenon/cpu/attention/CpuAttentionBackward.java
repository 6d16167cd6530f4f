package dev.tenon.cpu.attention;

import dev.tenon.DType;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.op.AttentionBackward;

/** {@link AttentionBackward} on the CPU. */
public final class CpuAttentionBackward {
    private CpuAttentionBackward() {}

    /** Prepares the operator; the result may be run again and again. */
    public static Runnable bind(AttentionBackward op, ThreadTeam team) {
        BackwardProblem problem = BackwardProblem.of(op);
        return op.query().dtype() == DType.F64 ? ScalarBackward.bind(problem, team) : TiledBackward.bind(problem, team);
    }
}
