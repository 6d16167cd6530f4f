package dev.tenon.cpu.attention;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.attention.KeyValueRows.Side;
import java.util.Arrays;

/** The queries of one key head over one chunk of its keys, or over all. */
final class DecodeTask {
    private final AttentionProblem p;
    private final DecodeScratch layout;
    private final long memory;
    private final long sums;
    private final int b;
    private final int keyHead;
    private final int length;
    private final PanelRows rows;
    private final float[] maxima;
    private final float[] totals;

    /**
     * @param memory scratch of this task
     * @param sums where its results go
     */
    DecodeTask(AttentionProblem p, DecodeScratch layout, long memory, long sums, int group) {
        this.p = p;
        this.layout = layout;
        this.memory = memory;
        this.sums = sums;
        this.b = group / p.keyHeads;
        this.keyHead = group % p.keyHeads;
        this.length = p.rows.length(b);
        this.rows = new PanelRows(p, b, keyHead, 0, layout.rows, length);
        this.maxima = new float[layout.rows];
        this.totals = new float[layout.rows];
        Arrays.fill(maxima, Float.NEGATIVE_INFINITY);
    }

    void runAndStore() {
        keys(0, length);
        store();
    }

    /** Does one chunk and leaves what it found for {@link #combineAndStore}. */
    void run(int chunk) {
        keys(chunk * DecodeAttention.CHUNK, (int) Math.min(length, (chunk + 1L) * DecodeAttention.CHUNK));
        for (int row = 0; row < layout.rows; row++) {
            long at = sums + row * layout.sumStride + layout.valueBytes;
            OffHeap.setFloat(at, maxima[row]);
            OffHeap.setFloat(at + 4, totals[row]);
        }
    }

    private void keys(int from, int to) {
        for (int row = 0; row < layout.rows; row++) {
            OffHeap.clear(sums + row * layout.sumStride, layout.valueBytes);
        }
        if (layout.rows == 0) {
            return;
        }
        int first = Math.max(from, rows.firstKey(0));
        int end = Math.min(to, rows.endKey(layout.rows - 1));
        if (first >= end) {
            return;
        }
        loadQueries();
        for (int tile = first / DecodeScratch.KEYS * DecodeScratch.KEYS; tile < end; tile += DecodeScratch.KEYS) {
            int start = Math.max(tile, first);
            int stop = Math.min(tile + DecodeScratch.KEYS, end);
            widen(Side.KEY, start, stop);
            widen(Side.VALUE, start, stop);
            for (int row = 0; row < layout.rows; row++) {
                row(row, start, Math.max(start, rows.firstKey(row)), Math.min(stop, rows.endKey(row)));
            }
        }
    }

    private void loadQueries() {
        float cap = p.parameters.softCap();
        float factor = p.parameters.scale() * (cap > 0 ? 1 / cap : PanelSoftmax.LOG2_E);
        for (int row = 0; row < layout.rows; row++) {
            long to = memory + layout.queries + (long) row * layout.headBytes;
            FloatRows.read(p.query.dtype, rows.at(p.query, row), p.query.stride(3), p.headSize, to);
            for (int d = 0; d < layout.headBytes / 4; d++) {
                OffHeap.setFloat(to + d * 4L, d < p.headSize ? OffHeap.getFloat(to + d * 4L) * factor : 0);
            }
        }
    }

    /** Copies a tile's rows as F32 of whole vectors, where they cannot be read in place. */
    private void widen(Side side, int from, int to) {
        if (side == Side.KEY ? layout.directKeys : layout.directValues) {
            return;
        }
        int size = side == Side.KEY ? p.headSize : p.valueSize;
        int bytes = side == Side.KEY ? layout.headBytes : layout.valueBytes;
        long target = memory + (side == Side.KEY ? layout.keys : layout.values);
        long stride = p.rows.elementStride(side);
        for (int j = from; j < to; j++) {
            FloatRows.read(p.rows.dtype(), p.rows.row(side, b, keyHead, j), stride, size, target);
            for (int d = size * 4; d < bytes; d += 4) {
                OffHeap.setFloat(target + d, 0);
            }
            target += bytes;
        }
    }

    /** One query over the keys from {@code from} to {@code to - 1} of the tile whose widened rows start at {@code start}. */
    private void row(int row, int start, int from, int to) {
        int n = to - from;
        if (n <= 0) {
            return;
        }
        long scores = memory + layout.scores;
        long query = memory + layout.queries + (long) row * layout.headBytes;
        for (int j = from; j < to; ) {
            int run = layout.directKeys ? p.rows.run(j, to) : to - j;
            long keys = layout.directKeys
                    ? p.rows.key(b, keyHead, j)
                    : memory + layout.keys + (long) (j - start) * layout.headBytes;
            long stride = layout.directKeys ? p.rows.keyStride : layout.headBytes;
            RowKernels.scores(layout.headBytes, query, keys, stride, run, scores + (j - from) * 4L);
            j += run;
        }
        int whole = (n + Panels.LANES - 1) / Panels.LANES * Panels.LANES;
        for (int j = n; j < whole; j++) {
            OffHeap.setFloat(scores + j * 4L, Float.NEGATIVE_INFINITY);
        }
        adjust(row, from, n, scores);
        float before = maxima[row];
        float now = RowKernels.largest(whole, scores, before);
        float base = now == Float.NEGATIVE_INFINITY ? 0 : now;
        float correction = (float) Math.pow(2, before - base);
        maxima[row] = now;
        totals[row] = totals[row] * correction + RowKernels.weigh(whole, scores, base);
        long sum = sums + row * layout.sumStride;
        for (int j = from; j < to; ) {
            int run = layout.directValues ? p.rows.run(j, to) : to - j;
            long values = layout.directValues
                    ? p.rows.value(b, keyHead, j)
                    : memory + layout.values + (long) (j - start) * layout.valueBytes;
            long stride = layout.directValues ? p.rows.valueStride : layout.valueBytes;
            RowKernels.values(
                    layout.valueBytes, sum, j == from ? correction : 1, scores + (j - from) * 4L, values, stride, run);
            j += run;
        }
    }

    private void adjust(int row, int position, int n, long scores) {
        float cap = p.parameters.softCap();
        Operand mask = p.mask;
        for (int j = 0; (cap > 0 || mask != null) && j < n; j++) {
            float score = OffHeap.getFloat(scores + j * 4L);
            if (cap > 0) {
                score = (float) Math.tanh(score) * cap * PanelSoftmax.LOG2_E;
            }
            if (mask != null) {
                long at = rows.at(mask, row) + (position + j) * mask.stride(3);
                score = Math.fma(OffHeap.getFloat(at), PanelSoftmax.LOG2_E, score);
            }
            OffHeap.setFloat(scores + j * 4L, score);
        }
    }

    /** Adds up what the chunks found, in order. */
    void combineAndStore(int chunks) {
        for (int row = 0; row < layout.rows; row++) {
            long sum = sums + row * layout.sumStride;
            float largest = Float.NEGATIVE_INFINITY;
            for (int chunk = 0; chunk < chunks; chunk++) {
                largest = Math.max(largest, OffHeap.getFloat(sum + chunk * layout.sumBytes() + layout.valueBytes));
            }
            float base = largest == Float.NEGATIVE_INFINITY ? 0 : largest;
            float total = 0;
            for (int chunk = 0; chunk < chunks; chunk++) {
                long part = sum + chunk * layout.sumBytes();
                float factor = (float) Math.pow(2, OffHeap.getFloat(part + layout.valueBytes) - base);
                total += OffHeap.getFloat(part + layout.valueBytes + 4) * factor;
                for (int d = 0; d < layout.valueBytes; d += 4) {
                    float before = chunk == 0 ? 0 : OffHeap.getFloat(sum + d);
                    OffHeap.setFloat(sum + d, Math.fma(OffHeap.getFloat(part + d), factor, before));
                }
            }
            maxima[row] = largest;
            totals[row] = total;
        }
        store();
    }

    private void store() {
        for (int row = 0; row < layout.rows; row++) {
            long sum = sums + row * layout.sumStride;
            boolean blind = maxima[row] == Float.NEGATIVE_INFINITY && totals[row] == 0;
            float factor = blind ? 0 : 1 / totals[row];
            for (int d = 0; d < p.valueSize; d++) {
                OffHeap.setFloat(sum + d * 4L, OffHeap.getFloat(sum + d * 4L) * factor);
            }
            FloatRows.write(p.out.dtype, sum, p.valueSize, rows.at(p.out, row), p.out.stride(3));
            if (p.logSumExp != null) {
                double logSum = blind ? Double.NEGATIVE_INFINITY : maxima[row] * Math.log(2) + Math.log(totals[row]);
                OffHeap.setFloat(rows.at(p.logSumExp, row), (float) logSum);
            }
        }
    }
}
