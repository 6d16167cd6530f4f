package dev.tenon.kernels.plan;

import dev.tenon.Tensor;
import dev.tenon.op.Attention;
import dev.tenon.spi.DeviceBuffer;

/** Attention over a contiguous cache; {@link PortablePagedAttention} comes to the same kernels. */
final class PortableAttention {
    private PortableAttention() {}

    static void bind(Attention op, Work work) {
        bind(AttentionProblem.of(op), work);
    }

    static void bind(AttentionProblem problem, Work work) {
        if (isEmpty(problem.query())) {
            return;
        }
        AttentionTiles tiles = AttentionTiles.forward(problem, work.device()).orElseThrow();
        long rowTiles = Math.ceilDiv(problem.rows(), (long) tiles.rows());
        long pairs = problem.batch() * problem.keyHeads();
        long wanted = (long) work.device().computeUnits()
                * work.setting(Setting.ATTENTION_GROUPS)
                / Math.max(1, rowTiles * pairs);
        long parts = Math.clamp(Math.min(wanted, problem.keys() / work.setting(Setting.ATTENTION_PART)), 1, 64);
        String defines = problem.defines(tiles, work.device()) + work.device().subGroupDefines(tiles.group());
        Tensor sums = Rows.orElse(problem.sums(), problem.out());
        int keepsSums = problem.sums() == null ? 0 : 1;
        long results = problem.batch() * problem.heads() * problem.queries();
        DeviceBuffer partial =
                work.scratch(parts == 1 ? 1 : results * parts * (problem.valueSize() + 2L) * problem.bytes());
        operands(work.launch("attention", "attention", defines), problem)
                .storage(problem.out())
                .storage(sums)
                .buffer(partial)
                .fields(problem.shape(tiles))
                .value(problem.parameters().scale())
                .value(problem.parameters().softCap())
                .value(parts)
                .value(keepsSums)
                .groups(rowTiles * pairs * parts, tiles.group())
                .local(tiles.localBytes());
        if (parts > 1) {
            work.launch("attention", "attention_join", defines)
                    .buffer(partial)
                    .storage(problem.out())
                    .storage(sums)
                    .fields(problem.shape(tiles))
                    .value(parts)
                    .value(keepsSums)
                    .elements(results * problem.valueSize());
        }
    }

    private static boolean isEmpty(Tensor query) {
        return query.size(0) * query.size(1) * query.size(2) == 0;
    }

    private static Launch operands(Launch launch, AttentionProblem problem) {
        return launch.storage(problem.query())
                .storage(problem.key())
                .storage(problem.value())
                .storage(Rows.orElse(problem.mask(), problem.query()))
                .storage(Rows.orElse(problem.lengths(), problem.query()))
                .storage(Rows.orElse(problem.table(), problem.query()));
    }
}
