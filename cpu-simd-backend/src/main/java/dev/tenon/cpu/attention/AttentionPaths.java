package dev.tenon.cpu.attention;

import dev.tenon.DType;
import dev.tenon.cpu.thread.ThreadTeam;

/** Chooses how an attention is computed, by its types and shape alone. */
final class AttentionPaths {
    private AttentionPaths() {}

    static Runnable bind(AttentionProblem problem, ThreadTeam team) {
        if (problem.query.dtype == DType.F64) {
            return ScalarAttention.bind(problem, team);
        }
        return DecodeAttention.suits(problem)
                ? DecodeAttention.bind(problem, team)
                : TiledAttention.bind(problem, team);
    }
}
