package dev.tenon.kernels.plan;

import dev.tenon.op.Matmul;
import dev.tenon.spi.DeviceBuffer;

/**
 * Matmul by packed panels, for devices that are CPUs. Operands are packed in pieces, so that the memory for them has a
 * bound whatever their sizes.
 */
final class MatmulPanels {
    /** A panel's sums are ROWS * COLUMNS / 16 of AVX-512's 32 registers; other forms of that size ran no faster on PoCL. */
    private static final int ROWS = 6;

    private static final int COLUMNS = 32;
    /** Bytes of a packed piece of either operand, about. */
    private static final long PIECE_BYTES = 32L << 20;

    private MatmulPanels() {}

    static void bind(MatmulProblem problem, Work work) {
        long padded = Math.ceilDiv(problem.k(), 32L) * 32;
        long lines = Math.max(1, PIECE_BYTES / (padded * Float.BYTES));
        long rows = Math.min(problem.m(), Math.max(1, lines / ROWS) * ROWS);
        long columns = Math.min(problem.n(), Math.max(1, lines / COLUMNS) * COLUMNS);
        long paddedRows = Math.ceilDiv(rows, (long) ROWS) * ROWS;
        long paddedColumns = Math.ceilDiv(columns, (long) COLUMNS) * COLUMNS;
        long batches = Math.clamp(
                lines / Math.max(paddedRows, paddedColumns), 1, problem.batch().count());
        Piece piece = new Piece(
                problem,
                work,
                padded / 32,
                work.scratch(batches * paddedRows * padded * Float.BYTES),
                work.scratch(batches * paddedColumns * padded * Float.BYTES));
        for (long batch = 0; batch < problem.batch().count(); batch += batches) {
            long batchCount = Math.min(batches, problem.batch().count() - batch);
            for (long row = 0; row < problem.m(); row += rows) {
                long rowCount = Math.min(rows, problem.m() - row);
                piece.packRows(batch, batchCount, row, rowCount);
                for (long column = 0; column < problem.n(); column += columns) {
                    long columnCount = Math.min(columns, problem.n() - column);
                    piece.packColumns(batch, batchCount, column, columnCount);
                    piece.multiply(batch, batchCount, row, rowCount, column, columnCount);
                }
            }
        }
    }

    /** Packed memory, and the launches that fill and use it. */
    private record Piece(
            MatmulProblem problem, Work work, long blocks, DeviceBuffer packedRows, DeviceBuffer packedColumns) {
        private static final String FORM = " ROWS=" + ROWS + " COLUMNS=" + COLUMNS;

        void packRows(long batch, long batchCount, long row, long rowCount) {
            work.launch("matmul_pack", "pack_rows", problem.packingDefines() + FORM)
                    .storage(problem.op().a())
                    .buffer(packedRows)
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .value(batch)
                    .value(row)
                    .value(rowCount)
                    .groups(blocks, Math.ceilDiv(rowCount, (long) ROWS), batchCount, 1);
        }

        void packColumns(long batch, long batchCount, long column, long columnCount) {
            work.launch("matmul_pack", "pack_columns", problem.packingDefines() + FORM)
                    .storage(problem.op().b())
                    .buffer(packedColumns)
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .value(batch)
                    .value(column)
                    .value(columnCount)
                    .groups(blocks, Math.ceilDiv(columnCount, (long) COLUMNS), batchCount, 1);
        }

        void multiply(long batch, long batchCount, long row, long rowCount, long column, long columnCount) {
            Matmul op = problem.op();
            problem.epilogueStorages(work.launch("matmul_panels", "matmul_panels", problem.epilogueDefines() + FORM)
                            .buffer(packedRows)
                            .buffer(packedColumns))
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .value(op.epilogue().scale())
                    .value(batch)
                    .value(row)
                    .value(rowCount)
                    .value(column)
                    .value(columnCount)
                    .groups(
                            Math.ceilDiv(rowCount, (long) ROWS),
                            Math.ceilDiv(columnCount, (long) COLUMNS),
                            batchCount,
                            1);
        }
    }
}
