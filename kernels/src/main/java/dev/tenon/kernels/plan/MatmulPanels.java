package dev.tenon.kernels.plan;

import dev.tenon.op.Matmul;
import dev.tenon.spi.DeviceBuffer;

/**
 * Matmul by packed panels, for devices that are CPUs. Operands are packed in pieces, so that the memory for them has a
 * bound whatever their sizes.
 */
final class MatmulPanels {
    private MatmulPanels() {}

    static void bind(MatmulProblem problem, Work work) {
        long panelRows = work.setting(Setting.PANEL_ROWS);
        long panelColumns = work.setting(Setting.PANEL_COLUMNS);
        long padded = Math.ceilDiv(problem.k(), 32L) * 32;
        long pieceBytes = (long) work.setting(Setting.PANEL_MEGABYTES) << 20;
        long lines = Math.max(1, pieceBytes / (padded * Float.BYTES));
        long rows = Math.min(problem.m(), Math.max(1, lines / panelRows) * panelRows);
        long columns = Math.min(problem.n(), Math.max(1, lines / panelColumns) * panelColumns);
        long paddedRows = Math.ceilDiv(rows, panelRows) * panelRows;
        long paddedColumns = Math.ceilDiv(columns, panelColumns) * panelColumns;
        long batches = Math.clamp(
                lines / Math.max(paddedRows, paddedColumns), 1, problem.batch().count());
        Piece piece = new Piece(
                problem,
                work,
                panelRows,
                panelColumns,
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
            MatmulProblem problem,
            Work work,
            long panelRows,
            long panelColumns,
            long blocks,
            DeviceBuffer packedRows,
            DeviceBuffer packedColumns) {
        private String form() {
            return " ROWS=" + panelRows + " COLUMNS=" + panelColumns;
        }

        void packRows(long batch, long batchCount, long row, long rowCount) {
            work.launch("matmul_pack", "pack_rows", problem.packingDefines() + form())
                    .storage(problem.op().a())
                    .buffer(packedRows)
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .value(batch)
                    .value(row)
                    .value(rowCount)
                    .groups(blocks, Math.ceilDiv(rowCount, panelRows), batchCount, 1);
        }

        void packColumns(long batch, long batchCount, long column, long columnCount) {
            work.launch("matmul_pack", "pack_columns", problem.packingDefines() + form())
                    .storage(problem.op().b())
                    .buffer(packedColumns)
                    .loop(problem.batch())
                    .fields(problem.shape())
                    .value(batch)
                    .value(column)
                    .value(columnCount)
                    .groups(blocks, Math.ceilDiv(columnCount, panelColumns), batchCount, 1);
        }

        void multiply(long batch, long batchCount, long row, long rowCount, long column, long columnCount) {
            Matmul op = problem.op();
            problem.epilogueStorages(work.launch(
                                    "matmul_panels", "matmul_panels", problem.epilogueDefines(work.device()) + form())
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
                    .groups(Math.ceilDiv(rowCount, panelRows), Math.ceilDiv(columnCount, panelColumns), batchCount, 1);
        }
    }
}
