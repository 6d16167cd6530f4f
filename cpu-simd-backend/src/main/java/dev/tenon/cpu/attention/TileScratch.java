package dev.tenon.cpu.attention;

import dev.tenon.cpu.gemm.Transpose;

/** How a task divides its scratch memory; offsets are in bytes and whole cache lines. */
final class TileScratch {
    /** Keys of a tile, a multiple of every {@link Panels#ROWS}: with heads of 64 its keys, values and weights take 56 KiB. */
    static final int KEYS = 96;

    /** Value elements rounded up to whole register tiles. */
    final int valueRows;

    /** Bytes of a widened row. */
    final long rowBytes;

    final long queries;
    final long queryPanel;
    final long sums;
    final long sumPanel;
    final long maxima;
    final long totals;
    final long firsts;
    final long ends;
    final long correction;
    final long scores;
    final long zeros;
    final long rows;
    final long packedKeys;
    final long packedValues;

    /** Bytes from one group of ROWS packed value elements to the next. */
    final long valueGroup;

    private long used;

    TileScratch(int headSize, int valueSize, int panels) {
        this.valueRows = (valueSize + Panels.ROWS - 1) / Panels.ROWS * Panels.ROWS;
        // Slack for whole vectors at a row's end.
        this.rowBytes = (Math.max(headSize, valueRows) + Panels.LANES) * 4L + 63 & -64;
        this.queryPanel = (long) headSize * Panels.PANEL_BYTES;
        this.queries = take(queryPanel * panels);
        this.sumPanel = (long) valueRows * Panels.PANEL_BYTES;
        this.sums = take(sumPanel * panels);
        this.maxima = take((long) Panels.PANEL_BYTES * panels);
        this.totals = take((long) Panels.PANEL_BYTES * panels);
        this.firsts = take((long) Panels.PANEL_BYTES * panels);
        this.ends = take((long) Panels.PANEL_BYTES * panels);
        this.correction = take(Panels.PANEL_BYTES);
        this.scores = take((long) KEYS * Panels.PANEL_BYTES);
        this.zeros = take(Panels.PANEL_BYTES);
        this.rows = take(rowBytes * Math.max(Panels.ROWS, Transpose.LINES));
        // Packing stores whole vectors, which may reach past the end.
        this.packedKeys = take((long) KEYS * headSize * 4 + 64);
        this.valueGroup = KEYS * Panels.ROWS * 4L + 64;
        this.packedValues = take(valueGroup * (valueRows / Panels.ROWS));
    }

    private long take(long bytes) {
        long at = used;
        used += bytes + 63 & -64;
        return at;
    }

    long bytes() {
        return Math.max(64, used);
    }
}
