package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.op.Matmul;
import dev.tenon.spi.DeviceBuffer;

/** Chooses between kernels: few rows, panels on a CPU, tiles through local memory elsewhere and in F64. */
final class PortableMatmul {
    private static final int MOST_ROWS = 8;
    /** Items that share a column's 32-element pieces in the kernel for few rows, where items run side by side. */
    private static final int ROWS_GROUP = 64;

    private static final int TILE = 64;
    private static final int TILE_K = 16;
    private static final int PER_ITEM = 4;
    private static final int TILE_GROUP = TILE / PER_ITEM * (TILE / PER_ITEM);

    private PortableMatmul() {}

    static void bind(Matmul op, Work work) {
        if (op.out().shape().elements() == 0) {
            return;
        }
        MatmulProblem problem = MatmulProblem.of(op);
        if (problem.isWide() || problem.k() == 0) {
            tiles(problem, work);
        } else if (problem.m() <= MOST_ROWS && problem.hasContiguousColumns()) {
            rows(problem, work);
        } else if (work.device().cpu()) {
            MatmulPanels.bind(problem, work);
        } else {
            tiles(problem, work);
        }
    }

    private static void tiles(MatmulProblem problem, Work work) {
        Matmul op = problem.op();
        problem.epilogueStorages(work.launch(
                                "matmul",
                                "matmul",
                                problem.operandDefines(op.a().dtype().name()) + " " + problem.epilogueDefines()
                                        + " TILE_M=" + TILE + " TILE_N=" + TILE + " TILE_K=" + TILE_K + " PER_M="
                                        + PER_ITEM + " PER_N=" + PER_ITEM)
                        .storage(op.a())
                        .storage(op.b()))
                .loop(problem.batch())
                .fields(problem.shape())
                .value(op.epilogue().scale())
                .groups(
                        Math.ceilDiv(problem.n(), (long) TILE),
                        Math.ceilDiv(problem.m(), (long) TILE),
                        problem.batch().count(),
                        TILE_GROUP);
    }

    private static void rows(MatmulProblem problem, Work work) {
        Matmul op = problem.op();
        int group = work.device().cpu() ? 1 : ROWS_GROUP;
        String form = " ROWS=" + problem.m() + " GROUP=" + group;
        DeviceBuffer wide = problem.hasPlainRows()
                ? null
                : work.scratch(problem.batch().count() * problem.m() * problem.k() * DType.F32.blockBytes());
        if (wide != null) {
            work.launch("matmul_pack", "widen_rows", problem.packingDefines() + " ROWS=" + problem.m() + " COLUMNS=1")
                    .storage(op.a())
                    .buffer(wide)
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .elements(problem.batch().count() * problem.m() * problem.k());
        }
        Launch multiply = work.launch(
                "matmul_rows", "matmul_rows", problem.operandDefines("F32") + " " + problem.epilogueDefines() + form);
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
                .groups(problem.n(), problem.batch().count(), group);
    }
}
