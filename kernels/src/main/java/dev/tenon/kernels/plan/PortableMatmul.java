package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.op.Matmul;
import dev.tenon.spi.DeviceBuffer;

/** Chooses between kernels: few rows, panels on a CPU, tiles through local memory elsewhere and in F64. */
final class PortableMatmul {
    /** Elements of a block beside whose decoding there are registers left. */
    private static final int SMALL_BLOCK = 32;
    /** Results that a CPU's work item adds up at once; each takes two vectors of 16 lanes. */
    private static final int MOST_SUMS = 4;
    /** The same for small quantized blocks: decoding them leaves most registers free, and reading the rows costs more in relation. */
    private static final int MOST_SUMS_OF_SMALL_BLOCKS = 8;

    private PortableMatmul() {}

    static void bind(Matmul op, Work work) {
        if (op.out().shape().elements() == 0) {
            return;
        }
        MatmulProblem problem = MatmulProblem.of(op);
        if (problem.isWide() || problem.k() == 0) {
            tiles(problem, work);
        } else if (problem.m() <= work.setting(Setting.FEW_ROWS) && problem.hasContiguousColumns()) {
            rows(problem, work);
        } else if (work.device().cpu()) {
            MatmulPanels.bind(problem, work);
        } else {
            tiles(problem, work);
        }
    }

    private static void tiles(MatmulProblem problem, Work work) {
        Matmul op = problem.op();
        int tile = work.setting(Setting.TILE);
        int item = work.setting(Setting.TILE_ITEM);
        problem.epilogueStorages(work.launch(
                                "matmul",
                                "matmul",
                                problem.operandDefines(op.a().dtype().name()) + " "
                                        + problem.epilogueDefines(work.device())
                                        + " TILE_M=" + tile + " TILE_N=" + tile + " TILE_K="
                                        + work.setting(Setting.TILE_DEPTH) + " PER_M=" + item + " PER_N=" + item)
                        .storage(op.a())
                        .storage(op.b()))
                .loop(problem.batch())
                .fields(problem.shape())
                .value(op.epilogue().scale())
                .groups(
                        Math.ceilDiv(problem.n(), (long) tile)
                                * Math.ceilDiv(problem.m(), (long) tile)
                                * problem.batch().count(),
                        tile / item * (tile / item));
    }

    private static void rows(MatmulProblem problem, Work work) {
        Matmul op = problem.op();
        int group = work.setting(Setting.COLUMN_GROUP);
        // Fewer programs to compile ahead of time: one for up to 1, 2, 4 and 8 rows.
        long rows = work.device().ahead() ? Long.highestOneBit(2 * problem.m() - 1) : problem.m();
        int columns = columnsOfGroup(problem, group);
        String form = " ROWS=" + rows + " GROUP=" + group + (columns == 1 ? "" : " COLUMNS=" + columns);
        DeviceBuffer wide = problem.hasPlainRows()
                ? null
                : work.scratch(problem.batch().count() * problem.m() * problem.k() * DType.F32.blockBytes());
        if (wide != null) {
            work.launch("matmul_pack", "widen_rows", problem.wideningDefines() + " ROWS=1 COLUMNS=1")
                    .storage(op.a())
                    .buffer(wide)
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .elements(problem.batch().count() * problem.m() * problem.k());
        }
        Launch multiply = work.launch(
                "matmul_rows",
                "matmul_rows",
                problem.operandDefines("F32") + " " + problem.epilogueDefines(work.device()) + form);
        if (wide == null) {
            multiply.storage(op.a());
        } else {
            multiply.buffer(wide);
        }
        problem.epilogueStorages(multiply.storage(op.b()))
                .loop(problem.batch())
                .fields(problem.shape())
                .value(op.epilogue().scale())
                .value(wide == null ? problem.firstOfA() : 0)
                .value(wide == null ? problem.rowStrideOfA() : problem.k())
                .groups(
                        Math.ceilDiv(problem.n(), (long) columns)
                                * problem.batch().count(),
                        group);
    }

    /** Columns that one work item of a CPU takes at once, so that it reads the rows once for all of them. */
    private static int columnsOfGroup(MatmulProblem problem, int group) {
        if (group != 1) {
            return 1;
        }
        DType weight = problem.op().b().dtype();
        boolean smallBlocks = weight.isQuantized() && weight.blockSize() <= SMALL_BLOCK;
        return (int) Math.max(1, (smallBlocks ? MOST_SUMS_OF_SMALL_BLOCKS : MOST_SUMS) / problem.m());
    }
}
