package dev.tenon.cpu.attention;

import dev.tenon.cpu.gemm.Transpose;

/** How a backward task divides its scratch memory; offsets are in bytes and whole cache lines. */
final class BackwardScratch {
    /** Keys of a tile, and queries of a block: a multiple of a panel's width and of the register tile's rows. */
    static final int BLOCK = TileScratch.KEYS;

    static final int BLOCK_PANELS = BLOCK / Panels.WIDTH;
    private static final long PANEL = Panels.PANEL_BYTES;

    /** Bytes of a strip of ROWS elements of BLOCK rows. */
    static final long STRIP = BLOCK * Panels.ROWS * 4L + 64;

    /** Bytes of BLOCK rows of one panel. */
    static final long BLOCK_PANEL = BLOCK * PANEL;

    final int panels;
    /** Sizes rounded up to whole register tiles. */
    final int headRows;

    final int valueRows;
    final long rowBytes;

    // Of all queries of the key head
    final long queries;
    final long queryPanel;
    final long grads;
    final long gradPanel;
    final long queryStrips;
    final long queryBlock;
    final long gradStrips;
    final long gradBlock;
    final long logSums;
    final long deltas;
    final long firsts;
    final long ends;
    final long querySums;
    final long querySumPanel;

    // Of a tile of keys
    final long rows;
    final long zeros;
    final long packedKeys;
    final long packedValues;
    final long keyStrips;
    final long keySums;
    final long keySumPanel;
    final long valueSums;
    final long valueSumPanel;

    // Of a tile and a panel, or (the turned ones) a tile and a block
    final long weights;
    final long scoreGrads;
    final long caps;
    final long turnedWeights;
    final long turnedGrads;
    private long used;

    BackwardScratch(AttentionProblem p, boolean ownQuerySums) {
        int rowsPerGroup = Math.multiplyExact(p.queries, p.group);
        this.panels = (rowsPerGroup + Panels.WIDTH - 1) / Panels.WIDTH;
        int blocks = (panels + BLOCK_PANELS - 1) / BLOCK_PANELS;
        this.headRows = (p.headSize + Panels.ROWS - 1) / Panels.ROWS * Panels.ROWS;
        this.valueRows = (p.valueSize + Panels.ROWS - 1) / Panels.ROWS * Panels.ROWS;
        this.rowBytes = (Math.max(headRows, valueRows) + Panels.LANES) * 4L + 63 & -64;
        this.queryPanel = p.headSize * PANEL;
        this.queries = take(queryPanel * panels);
        this.gradPanel = p.valueSize * PANEL;
        this.grads = take(gradPanel * panels);
        this.queryBlock = headRows / Panels.ROWS * STRIP;
        this.queryStrips = take(queryBlock * blocks);
        this.gradBlock = valueRows / Panels.ROWS * STRIP;
        this.gradStrips = take(gradBlock * blocks);
        this.logSums = take(PANEL * panels);
        this.deltas = take(PANEL * panels);
        this.firsts = take(PANEL * panels);
        this.ends = take(PANEL * panels);
        this.querySumPanel = headRows * PANEL;
        this.querySums = ownQuerySums ? take(querySumPanel * panels) : 0;
        this.rows = take(rowBytes * Math.max(Panels.ROWS, Transpose.LINES));
        this.zeros = take(PANEL);
        this.packedKeys = take((long) BLOCK * p.headSize * 4 + 64);
        this.packedValues = take((long) BLOCK * p.valueSize * 4 + 64);
        this.keyStrips = take(headRows / Panels.ROWS * STRIP);
        this.keySumPanel = headRows * PANEL;
        this.keySums = take(keySumPanel * BLOCK_PANELS);
        this.valueSumPanel = valueRows * PANEL;
        this.valueSums = take(valueSumPanel * BLOCK_PANELS);
        this.weights = take(BLOCK_PANEL);
        this.scoreGrads = take(BLOCK_PANEL);
        this.caps = take(p.parameters.softCap() > 0 ? BLOCK_PANEL : 0);
        this.turnedWeights = take(BLOCK_PANEL * BLOCK_PANELS);
        this.turnedGrads = take(BLOCK_PANEL * BLOCK_PANELS);
    }

    /** Bytes of the query sums of one task. */
    long querySumBytes() {
        return querySumPanel * panels;
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
