package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;

import dev.tenon.cpu.OffHeap;

/**
 * The queries of one key head that some panels hold. Row r is query {@code r / group} of the key head's query head {@code
 * r % group}, so that the queries of a panel see nearly the same keys; lane r % WIDTH of panel r / WIDTH is row r.
 */
final class PanelRows {
    private static final int WIDTH = Panels.WIDTH;
    private static final long PANEL = Panels.PANEL_BYTES;

    private final AttentionProblem p;
    private final int b;
    private final int keyHead;
    private final int firstRow;
    private final int length;

    /** Rows there are; lanes past them are empty. */
    final int count;

    /** @param length keys that the batch row has */
    PanelRows(AttentionProblem p, int b, int keyHead, int firstRow, int count, int length) {
        this.p = p;
        this.b = b;
        this.keyHead = keyHead;
        this.firstRow = firstRow;
        this.count = count;
        this.length = length;
    }

    int query(int row) {
        return (firstRow + row) / p.group;
    }

    int head(int row) {
        return keyHead * p.group + (firstRow + row) % p.group;
    }

    /** The address of a row of a [batch, heads, queries, ..] tensor. */
    long at(Operand operand, int row) {
        return operand.at(b, head(row), query(row));
    }

    /** The first position that a row sees. */
    int firstKey(int row) {
        return p.firstKey(query(row), length);
    }

    /** One past the last position that a row sees. */
    int endKey(int row) {
        return p.endKey(query(row), length);
    }

    /** The last row of a panel. */
    int last(int panel) {
        return Math.min((panel + 1) * WIDTH, count) - 1;
    }

    /** Writes what each lane of a panel sees; an empty lane repeats the last row. */
    void limits(int panel, long firsts, long ends) {
        for (int lane = 0; lane < WIDTH; lane++) {
            int row = Math.min(panel * WIDTH + lane, count - 1);
            OffHeap.setInt(firsts + lane * 4L, firstKey(row));
            OffHeap.setInt(ends + lane * 4L, endKey(row));
        }
    }

    /** Reads rows of a tensor, times {@code factor}, into the lanes of a panel; empty lanes are zeros. */
    void load(Operand operand, int size, int panel, float factor, long buffer, long to) {
        for (int lane = 0; lane < WIDTH; lane++) {
            int row = panel * WIDTH + lane;
            if (row < count) {
                FloatRows.read(operand.dtype, at(operand, row), operand.stride(3), size, buffer);
            } else {
                OffHeap.clear(buffer, size * 4L);
            }
            spread(buffer, size, factor, to + lane * 4L);
        }
    }

    /** Writes a row into one lane of a panel. */
    private static void spread(long row, int n, float factor, long to) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int d = 0; d < n; d++) {
            OffHeap.setFloat(t, OffHeap.getFloat(f + d * 4L) * factor);
            t = t + PANEL & ADDRESS_MASK;
        }
    }

    /** Reads one lane of a panel, times {@code factor}, into a row. */
    static void gather(long panel, int lane, int n, float factor, long row) {
        long f = panel + lane * 4L & ADDRESS_MASK;
        long t = row & ADDRESS_MASK;
        for (int d = 0; d < n; d++) {
            OffHeap.setFloat(t + d * 4L, OffHeap.getFloat(f) * factor);
            f = f + PANEL & ADDRESS_MASK;
        }
    }

    /** Adds the mask to a panel of scores of the {@code n} keys from {@code position} on. */
    void addMask(Operand mask, int panel, int position, int n, long scores) {
        long stride = mask.stride(3);
        for (int row = panel * WIDTH; row <= last(panel); row++) {
            long from = mask.at(b, head(row), query(row), position);
            for (int i = 0; i < n; i++) {
                long at = scores + i * PANEL + row % WIDTH * 4L;
                float value = OffHeap.getFloat(from + i * stride);
                OffHeap.setFloat(at, Math.fma(value, PanelSoftmax.LOG2_E, OffHeap.getFloat(at)));
            }
        }
    }

    /**
     * Hides the keys that some rows of a panel see and others do not.
     *
     * @param position of the first key, which some row sees
     * @param n keys, the last of which some row sees
     */
    void hide(int panel, int position, int n, long scores, long firsts, long ends) {
        int seenByAll = Math.clamp(firstKey(last(panel)) - position, 0, n);
        PanelSoftmax.hide(position, seenByAll, scores, firsts, ends);
        int endOfFirst = Math.clamp(endKey(panel * WIDTH) - position, seenByAll, n);
        PanelSoftmax.hide(position + endOfFirst, n - endOfFirst, scores + endOfFirst * PANEL, firsts, ends);
    }
}
