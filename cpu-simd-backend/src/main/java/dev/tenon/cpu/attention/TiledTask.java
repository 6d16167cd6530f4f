package dev.tenon.cpu.attention;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.attention.KeyValueRows.Side;

/** Some panels of the queries of one key head, from queries to outputs. */
final class TiledTask {
    private static final int WIDTH = Panels.WIDTH;
    private static final int ROWS = Panels.ROWS;
    private static final long PANEL = Panels.PANEL_BYTES;

    private final AttentionProblem p;
    private final TileScratch layout;
    private final long memory;
    private final int b;
    private final int keyHead;
    private final PanelRows rows;
    private final int panels;

    TiledTask(AttentionProblem p, TileScratch layout, long memory, int b, int keyHead, int firstPanel, int panels) {
        this.p = p;
        this.layout = layout;
        this.memory = memory;
        this.b = b;
        this.keyHead = keyHead;
        int firstRow = firstPanel * WIDTH;
        int count = Math.min(panels * WIDTH, p.queries * p.group - firstRow);
        this.rows = new PanelRows(p, b, keyHead, firstRow, count, p.rows.length(b));
        this.panels = panels;
    }

    void run() {
        loadQueries();
        int first = rows.firstKey(0);
        int end = rows.endKey(rows.count - 1);
        // Tiles lie at multiples of their size, so that what a query computes does not depend on its neighbours.
        for (int tile = first / TileScratch.KEYS * TileScratch.KEYS; tile < end; tile += TileScratch.KEYS) {
            tile(Math.max(tile, first), Math.min(tile + TileScratch.KEYS, end));
        }
        store();
    }

    private void loadQueries() {
        float cap = p.parameters.softCap();
        float factor = p.parameters.scale() * (cap > 0 ? 1 / cap : PanelSoftmax.LOG2_E);
        for (int panel = 0; panel < panels; panel++) {
            long at = memory + panel * PANEL;
            rows.limits(panel, at + layout.firsts, at + layout.ends);
            for (int lane = 0; lane < WIDTH; lane++) {
                OffHeap.setFloat(at + layout.maxima + lane * 4L, Float.NEGATIVE_INFINITY);
            }
            long to = memory + layout.queries + panel * layout.queryPanel;
            rows.load(p.query, p.headSize, panel, factor, memory + layout.rows, to);
        }
        OffHeap.clear(memory + layout.totals, PANEL * panels);
        OffHeap.clear(memory + layout.sums, layout.sumPanel * panels);
        OffHeap.clear(memory + layout.zeros, PANEL);
    }

    private void tile(int from, int to) {
        int n = to - from;
        long buffer = memory + layout.rows;
        long keys = memory + layout.packedKeys;
        long values = memory + layout.packedValues;
        TilePacking.groups(p.rows, Side.KEY, b, keyHead, from, n, p.headSize, buffer, layout.rowBytes, keys);
        boolean finite = TilePacking.strips(
                p.rows, Side.VALUE, b, keyHead, from, n, p.valueSize, buffer, values, layout.valueGroup);
        for (int panel = 0; panel < panels; panel++) {
            int first = Math.max(from, rows.firstKey(panel * WIDTH));
            int end = Math.min(to, rows.endKey(rows.last(panel)));
            if (first < end) {
                panel(panel, from, first - from, end - from, finite);
            }
        }
    }

    /** Keys {@code first} to {@code end - 1} of the tile that starts at position {@code from}. */
    private void panel(int panel, int from, int first, int end, boolean finite) {
        long all = memory + layout.scores;
        long query = memory + layout.queries + panel * layout.queryPanel;
        for (int r = first / ROWS * ROWS; r < end; r += ROWS) {
            long keys = memory + layout.packedKeys + (long) r * p.headSize * 4;
            Panels.multiply(p.headSize, keys, query, memory + layout.zeros, 0, all + r * PANEL);
        }
        int n = end - first;
        long scores = all + first * PANEL;
        float cap = p.parameters.softCap();
        if (cap > 0) {
            PanelSoftmax.cap(n, scores, cap * PanelSoftmax.LOG2_E);
        }
        Operand mask = p.mask;
        if (mask != null) {
            rows.addMask(mask, panel, from + first, n, scores);
        }
        long at = memory + panel * PANEL;
        rows.hide(panel, from + first, n, scores, at + layout.firsts, at + layout.ends);
        long correction = memory + layout.correction;
        PanelSoftmax.update(n, scores, at + layout.maxima, at + layout.totals, correction);
        long sums = memory + layout.sums + panel * layout.sumPanel;
        PanelSoftmax.correct(layout.valueRows, sums, correction);
        for (int d = 0; d < layout.valueRows; d += ROWS) {
            long values = memory + layout.packedValues + d / ROWS * layout.valueGroup + (long) first * ROWS * 4;
            long sum = sums + d * PANEL;
            if (finite) {
                Panels.multiply(n, values, scores, sum, PANEL, sum);
            } else {
                CarefulValues.add(n, values, scores, sum);
            }
        }
    }

    private void store() {
        long buffer = memory + layout.rows;
        for (int row = 0; row < rows.count; row++) {
            int panel = row / WIDTH;
            int lane = row % WIDTH;
            long at = memory + panel * PANEL + lane * 4L;
            float total = OffHeap.getFloat(at + layout.totals);
            float maximum = OffHeap.getFloat(at + layout.maxima);
            boolean blind = maximum == Float.NEGATIVE_INFINITY && total == 0;
            long sums = memory + layout.sums + panel * layout.sumPanel;
            PanelRows.gather(sums, lane, p.valueSize, blind ? 0 : 1 / total, buffer);
            FloatRows.write(p.out.dtype, buffer, p.valueSize, rows.at(p.out, row), p.out.stride(3));
            if (p.logSumExp != null) {
                double sum = blind ? Double.NEGATIVE_INFINITY : maximum * Math.log(2) + Math.log(total);
                OffHeap.setFloat(rows.at(p.logSumExp, row), (float) sum);
            }
        }
    }
}
