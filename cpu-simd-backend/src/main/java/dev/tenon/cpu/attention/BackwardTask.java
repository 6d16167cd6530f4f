package dev.tenon.cpu.attention;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.attention.KeyValueRows.Side;
import dev.tenon.cpu.gemm.Transpose;

/**
 * The gradient of one key head, or of some of its tiles of keys. As in the forward pass, lanes are queries; what is summed
 * over queries (the gradients of keys and values) needs the weights the other way round, with keys for lanes.
 */
final class BackwardTask {
    private static final int WIDTH = Panels.WIDTH;
    private static final int ROWS = Panels.ROWS;
    private static final long PANEL = Panels.PANEL_BYTES;
    private static final int BLOCK = BackwardScratch.BLOCK;
    private static final int BLOCK_PANELS = BackwardScratch.BLOCK_PANELS;

    private final BackwardProblem problem;
    private final AttentionProblem p;
    private final BackwardScratch layout;
    private final long memory;
    private final long querySums;
    private final int b;
    private final int keyHead;
    private final int part;
    private final int parts;
    private final PanelRows rows;

    BackwardTask(
            BackwardProblem problem,
            BackwardScratch layout,
            long memory,
            long querySums,
            int b,
            int keyHead,
            int part,
            int parts) {
        this.problem = problem;
        this.p = problem.forward();
        this.layout = layout;
        this.memory = memory;
        this.querySums = querySums;
        this.b = b;
        this.keyHead = keyHead;
        this.part = part;
        this.parts = parts;
        this.rows = new PanelRows(p, b, keyHead, 0, p.queries * p.group, problem.keys());
    }

    void run() {
        OffHeap.clear(memory + layout.zeros, PANEL);
        OffHeap.clear(querySums, layout.querySumBytes());
        prepareQueries();
        for (int tile = part; (long) tile * BLOCK < problem.keys(); tile += parts) {
            tile(tile * BLOCK, Math.min((tile + 1) * BLOCK, problem.keys()));
        }
    }

    private void prepareQueries() {
        float cap = p.parameters.softCap();
        float factor = p.parameters.scale() * (cap > 0 ? 1 / cap : PanelSoftmax.LOG2_E);
        long buffer = memory + layout.rows;
        for (int panel = 0; panel < layout.panels; panel++) {
            rows.load(p.query, p.headSize, panel, factor, buffer, memory + layout.queries + panel * layout.queryPanel);
            rows.load(
                    problem.gradOut(), p.valueSize, panel, 1, buffer, memory + layout.grads + panel * layout.gradPanel);
            long at = memory + panel * PANEL;
            rows.limits(panel, at + layout.firsts, at + layout.ends);
            for (int lane = 0; lane < WIDTH; lane++) {
                int row = panel * WIDTH + lane;
                boolean used = row < rows.count;
                float sum = used ? OffHeap.getFloat(rows.at(problem.logSumExp(), row)) : Float.POSITIVE_INFINITY;
                // Of a query that saw nothing all scores are -infinity; so are those less any finite number.
                float logSum = sum == Float.NEGATIVE_INFINITY ? 0 : sum * PanelSoftmax.LOG2_E;
                OffHeap.setFloat(at + layout.logSums + lane * 4L, logSum);
                OffHeap.setFloat(at + layout.deltas + lane * 4L, used ? delta(row) : 0);
            }
        }
        for (int row = 0; row < rows.count; row++) {
            int block = row / BLOCK;
            long place = row % BLOCK * ROWS * 4L;
            FloatRows.read(p.query.dtype, rows.at(p.query, row), p.query.stride(3), p.headSize, buffer);
            long strips = memory + layout.queryStrips + block * layout.queryBlock;
            TilePacking.strip(buffer, p.headSize, strips + place, BackwardScratch.STRIP);
            Operand grad = problem.gradOut();
            FloatRows.read(grad.dtype, rows.at(grad, row), grad.stride(3), p.valueSize, buffer);
            strips = memory + layout.gradStrips + block * layout.gradBlock;
            TilePacking.strip(buffer, p.valueSize, strips + place, BackwardScratch.STRIP);
        }
    }

    private float delta(int row) {
        Operand out = p.out;
        Operand grad = problem.gradOut();
        long x = memory + layout.rows;
        long y = x + layout.rowBytes;
        FloatRows.read(out.dtype, rows.at(out, row), out.stride(3), p.valueSize, x);
        FloatRows.read(grad.dtype, rows.at(grad, row), grad.stride(3), p.valueSize, y);
        double sum = 0;
        for (int d = 0; d < p.valueSize; d++) {
            sum += (double) OffHeap.getFloat(x + d * 4L) * OffHeap.getFloat(y + d * 4L);
        }
        return (float) sum;
    }

    private void tile(int from, int to) {
        int n = to - from;
        long buffer = memory + layout.rows;
        long strips = memory + layout.keyStrips;
        TilePacking.groups(
                p.rows, Side.KEY, b, keyHead, from, n, p.headSize, buffer, layout.rowBytes, memory + layout.packedKeys);
        TilePacking.groups(
                p.rows,
                Side.VALUE,
                b,
                keyHead,
                from,
                n,
                p.valueSize,
                buffer,
                layout.rowBytes,
                memory + layout.packedValues);
        TilePacking.strips(p.rows, Side.KEY, b, keyHead, from, n, p.headSize, buffer, strips, BackwardScratch.STRIP);
        OffHeap.clear(memory + layout.keySums, layout.keySumPanel * BLOCK_PANELS);
        OffHeap.clear(memory + layout.valueSums, layout.valueSumPanel * BLOCK_PANELS);
        for (int block = 0; block * BLOCK_PANELS < layout.panels; block++) {
            int end = Math.min((block + 1) * BLOCK_PANELS, layout.panels);
            int first = block * BLOCK_PANELS;
            while (first < end && rows.endKey(rows.last(first)) <= from) {
                first++;
            }
            while (first < end && rows.firstKey((end - 1) * WIDTH) >= to) {
                end--;
            }
            for (int panel = first; panel < end; panel++) {
                panel(panel, from, n);
            }
            if (first < end) {
                addKeyGradients(block, first, end, n);
            }
        }
        storeKeys(from, n);
    }

    /** Weights and score gradients of one panel, both ways round, and the queries' gradients. */
    private void panel(int panel, int from, int n) {
        int first = Math.clamp(rows.firstKey(panel * WIDTH) - from, 0, n) / ROWS * ROWS;
        int end = Math.clamp(rows.endKey(rows.last(panel)) - from, 0, n);
        long weights = memory + layout.weights;
        long grads = memory + layout.scoreGrads;
        long zeros = memory + layout.zeros;
        for (int r = first; r < end; r += ROWS) {
            long keys = memory + layout.packedKeys + (long) r * p.headSize * 4;
            long query = memory + layout.queries + panel * layout.queryPanel;
            Panels.multiply(p.headSize, keys, query, zeros, 0, weights + r * PANEL);
            long values = memory + layout.packedValues + (long) r * p.valueSize * 4;
            long grad = memory + layout.grads + panel * layout.gradPanel;
            Panels.multiply(p.valueSize, values, grad, zeros, 0, grads + r * PANEL);
        }
        int count = end - first;
        long some = weights + first * PANEL;
        long someGrads = grads + first * PANEL;
        long caps = memory + layout.caps;
        float cap = p.parameters.softCap();
        if (cap > 0) {
            BackwardSoftmax.cap(count, some, caps, cap * PanelSoftmax.LOG2_E);
        }
        Operand mask = p.mask;
        if (mask != null) {
            rows.addMask(mask, panel, from + first, count, some);
        }
        long at = memory + panel * PANEL;
        rows.hide(panel, from + first, count, some, at + layout.firsts, at + layout.ends);
        BackwardSoftmax.weigh(count, some, someGrads, at + layout.logSums, at + layout.deltas);
        if (cap > 0) {
            BackwardSoftmax.uncap(count, someGrads, caps);
        }
        OffHeap.clear(weights, first * PANEL);
        OffHeap.clear(grads, first * PANEL);
        OffHeap.clear(weights + end * PANEL, (n - end) * PANEL);
        OffHeap.clear(grads + end * PANEL, (n - end) * PANEL);
        turn(weights, n, panel % BLOCK_PANELS, memory + layout.turnedWeights);
        turn(grads, n, panel % BLOCK_PANELS, memory + layout.turnedGrads);
        long sums = querySums + panel * layout.querySumPanel;
        for (int d = 0; d < layout.headRows; d += ROWS) {
            long keys = memory + layout.keyStrips + d / ROWS * BackwardScratch.STRIP + (long) first * ROWS * 4;
            Panels.multiply(count, keys, someGrads, sums + d * PANEL, PANEL, sums + d * PANEL);
        }
    }

    /** Writes a panel's [keys, queries] as its queries' part of [key panels, queries of the block, keys]. */
    private static void turn(long from, int n, int panel, long to) {
        for (int r = 0; r < n; r += Transpose.LINES) {
            int lines = Math.min(Transpose.LINES, n - r);
            long target = to + r / WIDTH * BackwardScratch.BLOCK_PANEL + panel * WIDTH * PANEL + r % WIDTH * 4L;
            Transpose.run(from + r * PANEL, PANEL, lines, WIDTH, target, PANEL);
        }
    }

    /** Adds what the queries of panels {@code first} to {@code end - 1} of a block give to keys and values. */
    private void addKeyGradients(int block, int first, int end, int n) {
        int firstRow = (first - block * BLOCK_PANELS) * WIDTH;
        int count = Math.min(end * WIDTH, rows.count) - first * WIDTH;
        long skippedRows = (long) firstRow * ROWS * 4;
        long query = memory + layout.queryStrips + block * layout.queryBlock + skippedRows;
        long grad = memory + layout.gradStrips + block * layout.gradBlock + skippedRows;
        for (int k = 0; k * WIDTH < n; k++) {
            long turned = k * BackwardScratch.BLOCK_PANEL + firstRow * PANEL;
            long scoreGrads = memory + layout.turnedGrads + turned;
            for (int d = 0; d < layout.headRows; d += ROWS) {
                long sums = memory + layout.keySums + k * layout.keySumPanel + d * PANEL;
                Panels.multiply(count, query + d / ROWS * BackwardScratch.STRIP, scoreGrads, sums, PANEL, sums);
            }
            long weights = memory + layout.turnedWeights + turned;
            for (int d = 0; d < layout.valueRows; d += ROWS) {
                long sums = memory + layout.valueSums + k * layout.valueSumPanel + d * PANEL;
                Panels.multiply(count, grad + d / ROWS * BackwardScratch.STRIP, weights, sums, PANEL, sums);
            }
        }
    }

    private void storeKeys(int from, int n) {
        long buffer = memory + layout.rows;
        Operand key = problem.gradKey();
        Operand value = problem.gradValue();
        for (int i = 0; i < n; i++) {
            long keys = memory + layout.keySums + i / WIDTH * layout.keySumPanel;
            PanelRows.gather(keys, i % WIDTH, p.headSize, p.parameters.scale(), buffer);
            FloatRows.write(key.dtype, buffer, p.headSize, key.at(b, keyHead, from + i), key.stride(3));
            long values = memory + layout.valueSums + i / WIDTH * layout.valueSumPanel;
            PanelRows.gather(values, i % WIDTH, p.valueSize, 1, buffer);
            FloatRows.write(value.dtype, buffer, p.valueSize, value.at(b, keyHead, from + i), value.stride(3));
        }
    }

    /** Writes the query gradients of panels {@code first} to {@code end - 1}. */
    void storeQueries(int first, int end) {
        long buffer = memory + layout.rows;
        Operand grad = problem.gradQuery();
        for (int row = first * WIDTH; row < Math.min(end * WIDTH, rows.count); row++) {
            long sums = querySums + row / WIDTH * layout.querySumPanel;
            PanelRows.gather(sums, row % WIDTH, p.headSize, p.parameters.scale(), buffer);
            FloatRows.write(grad.dtype, buffer, p.headSize, rows.at(grad, row), grad.stride(3));
        }
    }
}
