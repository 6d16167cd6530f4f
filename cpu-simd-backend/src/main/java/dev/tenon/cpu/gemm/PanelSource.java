package dev.tenon.cpu.gemm;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;

/**
 * One operand, cut into packed panels: {@code width} rows of A (columns of B) side by side, k after k, as the register
 * tile reads them.
 *
 * <p>Whatever the storage type, packing works on lines of F32: an F32 operand's own lines, or a short stretch of each
 * line widened into a buffer that stays in the first-level cache.
 *
 * @param view the operand with its rows along the panel's width: A itself, or B transposed
 * @param extent rows of {@code view}
 * @param width of a panel
 */
record PanelSource(MatrixView view, int extent, int width) {
    /** Steps of k widened at once: a multiple of every quantized block. */
    private static final int STRETCH = 256;

    /** Lines across the panels that are copied at once: long enough runs to write, few enough pages to read from. */
    private static final int LINES = LineCopy.LINES;

    private static final int LANES = LineCopy.SLACK;

    /** Bytes of buffer that {@link #pack} needs. */
    static long bufferBytes(int panels, int width) {
        return Math.max(Transpose.LINES * STRETCH * 4L, LINES * bufferStride(panels, width));
    }

    private static long bufferStride(int panels, int width) {
        return (panels * width + LANES) * 4L + 63 & -64;
    }

    int panels() {
        return (extent + width - 1) / width;
    }

    /** Bytes from a packed panel to the next. Whole vectors are stored, so a panel's end may be overrun by less than one. */
    static long panelBytes(int width, int k) {
        return ((long) k * width + LANES) * 4 + 63 & -64;
    }

    /**
     * Packs panels {@code first} to {@code last - 1}, steps {@code fromK} to {@code fromK + k - 1}.
     *
     * @param fromK a multiple of 256
     * @param to where panel {@code first} goes
     * @param panelBytes bytes from panel to panel
     * @param buffer {@link #bufferBytes} of scratch memory
     */
    void pack(int first, int last, int fromK, int k, long to, long panelBytes, long buffer) {
        if (view.columnStride() == 1 || view.rowStride() != 1) {
            for (int panel = first; panel < last; panel++) {
                packAlong(panel, fromK, k, to + (panel - first) * panelBytes, buffer);
            }
        } else {
            packAcross(first, last, fromK, k, to, panelBytes, buffer);
        }
    }

    /** Lines run along k: transposed as they go, a few lines at a time. */
    private void packAlong(int panel, int fromK, int k, long to, long buffer) {
        int rows = Math.min(width, extent - panel * width);
        for (int line = 0; line < rows; line += Transpose.LINES) {
            int lines = Math.min(Transpose.LINES, rows - line);
            int row = panel * width + line;
            if (view.type() == DType.F32 && view.columnStride() == 1) {
                long from = view.addressOf(row, fromK);
                Transpose.run(from, view.rowStride() * 4, lines, k, to + line * 4L, width * 4L);
                continue;
            }
            for (int p = 0; p < k; p += STRETCH) {
                int count = Math.min(STRETCH, k - p);
                for (int i = 0; i < lines; i++) {
                    long from = view.addressOf(row + i, fromK + p);
                    long stretch = buffer + (long) i * STRETCH * 4;
                    if (view.columnStride() == 1) {
                        FloatLines.read(view.type(), from, count, stretch);
                    } else {
                        FloatLines.readStrided(view.type(), from, view.columnStride(), count, stretch);
                    }
                }
                Transpose.run(buffer, STRETCH * 4L, lines, count, to + ((long) p * width + line) * 4, width * 4L);
            }
        }
    }

    /** Lines run across the panels: each is cut into pieces of the panels' width, eight lines at a time. */
    private void packAcross(int first, int last, int fromK, int k, long to, long panelBytes, long buffer) {
        int start = first * width;
        int columns = Math.min(last * width, extent) - start;
        boolean widen = view.type() != DType.F32;
        // Pieces are copied by whole vectors, which read past a piece's end; the line's last pieces may have to go
        // float
        // by float.
        int readable = widen ? columns + LANES : extent - start;
        int vectors = (width + LANES - 1) / LANES * LANES;
        int whole = Math.min(last - first, columns / width);
        while (whole > 0 && (whole - 1) * width + vectors > readable) {
            whole--;
        }
        long line = view.addressOf(start, fromK);
        long lineBytes = view.columnStride() * view.type().blockBytes();
        long bufferBytes = bufferStride(last - first, width);
        for (int p = 0; p < k; p += LINES) {
            int lines = Math.min(LINES, k - p);
            long floats = line + p * lineBytes;
            long floatBytes = lineBytes;
            if (widen) {
                for (int i = 0; i < lines; i++) {
                    FloatLines.read(view.type(), floats + i * lineBytes, columns, buffer + i * bufferBytes);
                }
                floats = buffer;
                floatBytes = bufferBytes;
            }
            long step = to + (long) p * width * 4;
            LineCopy.run(floats, floatBytes, lines, width, whole, step, panelBytes);
            for (int i = 0; i < lines; i++) {
                for (int j = whole * width; j < columns; j++) {
                    int panel = j / width;
                    OffHeap.setFloat(
                            step + panel * panelBytes + (i * width + j - panel * width) * 4L,
                            OffHeap.getFloat(floats + i * floatBytes + j * 4L));
                }
            }
        }
    }
}
