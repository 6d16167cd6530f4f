package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.attention.KeyValueRows.Side;
import dev.tenon.cpu.gemm.Transpose;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Packs rows into the two orders in which {@link Panels#multiply} reads its rows, widening them to F32. */
final class TilePacking {
    private static final VectorSpecies<Float> S = Panels.LANES >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
    private static final int LANES = S.length();
    private static final int ROWS = Panels.ROWS;

    /** Elements that are read for a group. */
    private static final int SPAN = (ROWS + LANES - 1) / LANES * LANES;

    private TilePacking() {}

    /**
     * Packs rows to be multiplied element by element: {@link Panels#ROWS} rows side by side, element after element.
     *
     * @param n rows from position {@code from} on
     * @param size elements of a row
     * @param buffer room for ROWS rows, {@code bufferStride} bytes apart
     * @param to a group of rows after another; 64 bytes past the last are overwritten
     */
    static void groups(
            KeyValueRows rows,
            Side side,
            int b,
            int head,
            int from,
            int n,
            int size,
            long buffer,
            long bufferStride,
            long to) {
        boolean dense = rows.dtype() == DType.F32 && rows.elementStride(side) == 4;
        for (int r = 0; r < n; r += ROWS) {
            int lines = Math.min(ROWS, n - r);
            long source = buffer;
            long stride = bufferStride;
            if (dense && rows.run(from + r, from + n) >= lines) {
                source = rows.row(side, b, head, from + r);
                stride = rows.rowStride(side);
            } else {
                for (int i = 0; i < lines; i++) {
                    long row = rows.row(side, b, head, from + r + i);
                    FloatRows.read(rows.dtype(), row, rows.elementStride(side), size, source + i * stride);
                }
            }
            for (int line = 0; line < lines; line += Transpose.LINES) {
                int some = Math.min(Transpose.LINES, lines - line);
                Transpose.run(
                        source + line * stride, stride, some, size, to + (long) r * size * 4 + line * 4L, ROWS * 4L);
            }
        }
    }

    /**
     * Packs rows to be multiplied row by row: {@link Panels#ROWS} elements of each row in a strip, and a strip after
     * another.
     *
     * @param buffer room for one row
     * @param strip bytes from strip to strip: those of n groups of ROWS, and 64 to spare
     * @return whether all elements are finite
     */
    static boolean strips(
            KeyValueRows rows,
            Side side,
            int b,
            int head,
            int from,
            int n,
            int size,
            long buffer,
            long to,
            long strip) {
        boolean dense = rows.dtype() == DType.F32 && rows.elementStride(side) == 4;
        boolean finite = true;
        for (int i = 0; i < n; i++) {
            long row = rows.row(side, b, head, from + i);
            if (!dense) {
                FloatRows.read(rows.dtype(), row, rows.elementStride(side), size, buffer);
                row = buffer;
            }
            finite &= FloatRows.isFinite(row, size);
            strip(row, size, to + (long) i * ROWS * 4, strip);
        }
        return finite;
    }

    /**
     * Cuts one row into strips. Whole vectors are stored, so up to a vector past a group is overwritten: rows are packed
     * in ascending order, and strips have room at their end.
     *
     * @param row {@code n} dense F32
     * @param to the row's place in the first strip
     * @param strip bytes from strip to strip
     */
    static void strip(long row, int n, long to, long strip) {
        long f = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        int d = 0;
        // No vector may reach past the row: its end can be the end of memory.
        for (; d + SPAN <= n; d += ROWS) {
            for (int i = 0; i < ROWS; i += LANES) {
                FloatVector.fromMemorySegment(S, ALL, f + (d + i) * 4L, ORDER)
                        .intoMemorySegment(ALL, t + i * 4L, ORDER);
            }
            t = t + strip & ADDRESS_MASK;
        }
        for (; d < n; d += ROWS) {
            for (int i = 0; i < ROWS; i++) {
                OffHeap.setFloat(t + i * 4L, d + i < n ? OffHeap.getFloat(f + (d + i) * 4L) : 0);
            }
            t = t + strip & ADDRESS_MASK;
        }
    }
}
