package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

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

    private static final VectorSpecies<Float> S = Tiles.LANES >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
    private static final int LANES = S.length();

    /** Bytes of buffer that {@link #pack} needs. */
    static long bufferBytes(int panels, int width) {
        return Math.max(Transpose.LINES * STRETCH, panels * width + LANES) * 4L;
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

    /** Lines run across the panels: each is cut into pieces of the panels' width. */
    private void packAcross(int first, int last, int fromK, int k, long to, long panelBytes, long buffer) {
        int start = first * width;
        int columns = Math.min(last * width, extent) - start;
        boolean widen = view.type() != DType.F32;
        // Pieces are copied by whole vectors; what would read past the line's end is copied float by float.
        int whole = 0;
        while (whole < last - first && (whole + 1) * width + (widen ? 0 : LANES) <= columns) {
            whole++;
        }
        if (whole == last - first - 1 && columns == (last - first) * width && width % LANES == 0) {
            whole++;
        }
        for (int p = 0; p < k; p++) {
            long line = view.addressOf(start, fromK + p);
            if (widen) {
                FloatLines.read(view.type(), line, columns, buffer);
                line = buffer;
            }
            long step = to + (long) p * width * 4;
            copyPieces(line, whole, step, panelBytes);
            for (int i = whole * width; i < columns; i++) {
                OffHeap.setFloat(step + (i / width) * panelBytes + (i % width) * 4L, OffHeap.getFloat(line + i * 4L));
            }
        }
    }

    private void copyPieces(long line, int pieces, long to, long panelBytes) {
        long from = line & ADDRESS_MASK;
        long piece = to & ADDRESS_MASK;
        for (int q = 0; q < pieces; q++) {
            for (int i = 0; i < width; i += LANES) {
                FloatVector.fromMemorySegment(S, ALL, from + i * 4L, ORDER)
                        .intoMemorySegment(ALL, piece + i * 4L, ORDER);
            }
            from = from + width * 4L & ADDRESS_MASK;
            piece = piece + panelBytes & ADDRESS_MASK;
        }
    }
}
