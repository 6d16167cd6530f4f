package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Cuts a row of values into groups of {@link Panels#ROWS} elements, each group in its own packed strip. */
final class ValuePacking {
    private static final VectorSpecies<Float> S = Panels.LANES >= 8 ? FloatVector.SPECIES_256 : FloatVector.SPECIES_128;
    private static final int LANES = S.length();
    private static final int ROWS = Panels.ROWS;

    /** Elements that are read for a group. */
    private static final int SPAN = (ROWS + LANES - 1) / LANES * LANES;

    private ValuePacking() {}

    /**
     * Whole vectors are stored, so up to a vector past a group is overwritten: rows are packed in ascending order, and
     * strips have room at their end.
     *
     * @param row {@code n} dense F32
     * @param to the row's place in the first strip
     * @param strip bytes from strip to strip
     */
    static void pack(long row, int n, long to, long strip) {
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
