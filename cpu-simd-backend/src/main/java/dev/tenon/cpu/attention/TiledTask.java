package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.gemm.Transpose;

/**
 * Some panels of the queries of one key head, from queries to outputs. Row r of a group is query {@code r / group} of its
 * head {@code r % group}, so that the queries of a panel see nearly the same keys.
 */
final class TiledTask {
    private static final int WIDTH = Panels.WIDTH;
    private static final int ROWS = Panels.ROWS;
    private static final long PANEL = Panels.PANEL_BYTES;

    private final AttentionProblem p;
    private final KeyValueRows rows;
    private final TileScratch layout;
    private final long memory;
    private final int b;
    private final int keyHead;
    private final int firstRow;
    private final int rowCount;
    private final int panels;
    private final int length;

    TiledTask(AttentionProblem p, TileScratch layout, long memory, int b, int keyHead, int firstPanel, int panels) {
        this.p = p;
        this.rows = p.rows;
        this.layout = layout;
        this.memory = memory;
        this.b = b;
        this.keyHead = keyHead;
        this.firstRow = firstPanel * WIDTH;
        this.rowCount = Math.min(panels * WIDTH, p.queries * p.group - firstRow);
        this.panels = panels;
        this.length = rows.length(b);
    }

    private int query(int row) {
        return (firstRow + row) / p.group;
    }

    private int head(int row) {
        return keyHead * p.group + (firstRow + row) % p.group;
    }

    void run() {
        loadQueries();
        int first = p.firstKey(query(0), length);
        int end = p.endKey(query(rowCount - 1), length);
        // Tiles lie at multiples of their size, so that what a query computes does not depend on its neighbours.
        for (int tile = first / TileScratch.KEYS * TileScratch.KEYS; tile < end; tile += TileScratch.KEYS) {
            tile(Math.max(tile, first), Math.min(tile + TileScratch.KEYS, end));
        }
        store();
    }

    private void loadQueries() {
        float factor = p.parameters.scale();
        factor *= p.parameters.softCap() > 0 ? 1 / p.parameters.softCap() : PanelSoftmax.LOG2_E;
        long row = memory + layout.rows;
        for (int panel = 0; panel < panels; panel++) {
            long to = memory + layout.queries + panel * layout.queryPanel;
            for (int lane = 0; lane < WIDTH; lane++) {
                // Lanes without a query repeat the last one's range of keys and have zeros for elements.
                int r = Math.min(panel * WIDTH + lane, rowCount - 1);
                int i = query(r);
                long at = panel * PANEL + lane * 4L;
                OffHeap.setInt(memory + layout.firsts + at, p.firstKey(i, length));
                OffHeap.setInt(memory + layout.ends + at, p.endKey(i, length));
                OffHeap.setFloat(memory + layout.maxima + at, Float.NEGATIVE_INFINITY);
                OffHeap.setFloat(memory + layout.totals + at, 0);
                boolean used = panel * WIDTH + lane < rowCount;
                if (used) {
                    FloatRows.read(p.query.dtype, p.query.at(b, head(r), i), p.query.stride(3), p.headSize, row);
                }
                spread(row, p.headSize, used ? factor : 0, used, to + lane * 4L);
            }
        }
        OffHeap.clear(memory + layout.sums, layout.sumPanel * panels);
        OffHeap.clear(memory + layout.zeros, PANEL);
    }

    /** Writes a row into one lane of a panel. */
    private static void spread(long row, int n, float factor, boolean used, long to) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int d = 0; d < n; d++) {
            OffHeap.setFloat(t, used ? OffHeap.getFloat(f + d * 4L) * factor : 0);
            t = t + PANEL & ADDRESS_MASK;
        }
    }

    private void tile(int from, int to) {
        int n = to - from;
        packKeys(from, n);
        boolean finite = packValues(from, n);
        for (int panel = 0; panel < panels; panel++) {
            int first = Math.max(from, p.firstKey(query(panel * WIDTH), length));
            int end = Math.min(to, p.endKey(query(Math.min((panel + 1) * WIDTH, rowCount) - 1), length));
            if (first < end) {
                panel(panel, from, first - from, end - from, finite);
            }
        }
    }

    /** Keys {@code first} to {@code end - 1} of the tile that starts at position {@code from}. */
    private void panel(int panel, int from, int first, int end, boolean finite) {
        long scores = memory + layout.scores;
        long query = memory + layout.queries + panel * layout.queryPanel;
        for (int r = first / ROWS * ROWS; r < end; r += ROWS) {
            long keys = memory + layout.packedKeys + (long) r * p.headSize * 4;
            Panels.multiply(p.headSize, keys, query, memory + layout.zeros, 0, scores + r * PANEL);
        }
        if (p.parameters.softCap() > 0) {
            PanelSoftmax.cap(end - first, scores + first * PANEL, p.parameters.softCap() * PanelSoftmax.LOG2_E);
        }
        Operand mask = p.mask;
        if (mask != null) {
            addMask(mask, panel, from + first, end - first, scores + first * PANEL);
        }
        hide(panel, from, first, end, scores);
        long correction = memory + layout.correction;
        PanelSoftmax.update(
                end - first,
                scores + first * PANEL,
                memory + layout.maxima + panel * PANEL,
                memory + layout.totals + panel * PANEL,
                correction);
        long sums = memory + layout.sums + panel * layout.sumPanel;
        PanelSoftmax.correct(layout.valueRows, sums, correction);
        for (int d = 0; d < layout.valueRows; d += ROWS) {
            long values = memory + layout.packedValues + d / ROWS * layout.valueGroup + (long) first * ROWS * 4;
            long sum = sums + d * PANEL;
            if (finite) {
                Panels.multiply(end - first, values, scores + first * PANEL, sum, PANEL, sum);
            } else {
                CarefulValues.add(end - first, values, scores + first * PANEL, sum);
            }
        }
    }

    private void addMask(Operand mask, int panel, int position, int n, long scores) {
        int lanes = Math.min(WIDTH, rowCount - panel * WIDTH);
        for (int lane = 0; lane < lanes; lane++) {
            int r = panel * WIDTH + lane;
            long row = mask.at(b, head(r), query(r), position);
            long stride = mask.stride(3);
            for (int i = 0; i < n; i++) {
                long at = scores + i * PANEL + lane * 4L;
                OffHeap.setFloat(
                        at, Math.fma(OffHeap.getFloat(row + i * stride), PanelSoftmax.LOG2_E, OffHeap.getFloat(at)));
            }
        }
    }

    /** Only the keys that some lanes see and others do not are looked at. */
    private void hide(int panel, int from, int first, int end, long scores) {
        int last = Math.min((panel + 1) * WIDTH, rowCount) - 1;
        long firsts = memory + layout.firsts + panel * PANEL;
        long ends = memory + layout.ends + panel * PANEL;
        int seenByAll = Math.min(end, Math.max(first, p.firstKey(query(last), length) - from));
        if (first < seenByAll) {
            PanelSoftmax.hide(from + first, seenByAll - first, scores + first * PANEL, firsts, ends);
        }
        int endOfFirst = Math.max(seenByAll, Math.min(end, p.endKey(query(panel * WIDTH), length) - from));
        if (endOfFirst < end) {
            PanelSoftmax.hide(from + endOfFirst, end - endOfFirst, scores + endOfFirst * PANEL, firsts, ends);
        }
    }

    /** Packs a tile's keys as the register tile reads them: ROWS keys side by side, element after element. */
    private void packKeys(int from, int n) {
        boolean dense = rows.dtype() == DType.F32 && rows.keyElementStride() == 4;
        for (int r = 0; r < n; r += ROWS) {
            int lines = Math.min(ROWS, n - r);
            long source = memory + layout.rows;
            long stride = layout.rowBytes;
            if (dense && rows.run(from + r, from + n) >= lines) {
                source = rows.key(b, keyHead, from + r);
                stride = rows.keyStride;
            } else {
                for (int i = 0; i < lines; i++) {
                    long row = rows.key(b, keyHead, from + r + i);
                    FloatRows.read(rows.dtype(), row, rows.keyElementStride(), p.headSize, source + i * stride);
                }
            }
            long to = memory + layout.packedKeys + (long) r * p.headSize * 4;
            for (int line = 0; line < lines; line += Transpose.LINES) {
                int some = Math.min(Transpose.LINES, lines - line);
                Transpose.run(source + line * stride, stride, some, p.headSize, to + line * 4L, ROWS * 4L);
            }
        }
    }

    /**
     * Packs a tile's values as the register tile reads them: ROWS elements of each key, key after key.
     *
     * @return whether all are finite
     */
    private boolean packValues(int from, int n) {
        boolean dense = rows.dtype() == DType.F32 && rows.valueElementStride() == 4;
        boolean finite = true;
        for (int i = 0; i < n; i++) {
            long row = rows.value(b, keyHead, from + i);
            if (!dense) {
                FloatRows.read(rows.dtype(), row, rows.valueElementStride(), p.valueSize, memory + layout.rows);
                row = memory + layout.rows;
            }
            finite &= FloatRows.isFinite(row, p.valueSize);
            ValuePacking.pack(row, p.valueSize, memory + layout.packedValues + (long) i * ROWS * 4, layout.valueGroup);
        }
        return finite;
    }

    private void store() {
        long row = memory + layout.rows;
        for (int r = 0; r < rowCount; r++) {
            int panel = r / WIDTH;
            int lane = r % WIDTH;
            long at = panel * PANEL + lane * 4L;
            float total = OffHeap.getFloat(memory + layout.totals + at);
            float maximum = OffHeap.getFloat(memory + layout.maxima + at);
            boolean blind = maximum == Float.NEGATIVE_INFINITY && total == 0;
            gather(memory + layout.sums + panel * layout.sumPanel + lane * 4L, blind ? 0 : 1 / total, row);
            int i = query(r);
            FloatRows.write(p.out.dtype, row, p.valueSize, p.out.at(b, head(r), i), p.out.stride(3));
            if (p.logSumExp != null) {
                double sum = blind ? Double.NEGATIVE_INFINITY : maximum * Math.log(2) + Math.log(total);
                OffHeap.setFloat(p.logSumExp.at(b, head(r), i), (float) sum);
            }
        }
    }

    /** Reads one lane of a panel into a row. */
    private void gather(long sums, float factor, long row) {
        long f = sums & ADDRESS_MASK;
        long t = row & ADDRESS_MASK;
        for (int d = 0; d < p.valueSize; d++) {
            OffHeap.setFloat(t + d * 4L, OffHeap.getFloat(f) * factor);
            f = f + PANEL & ADDRESS_MASK;
        }
    }
}
