package dev.tenon.cpu.gemm;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Lines of floats cut into pieces as wide as a panel: the inner loop of packing an operand whose contiguous direction is
 * not k. */
final class LineCopy {
    /** Lines that go at once. */
    static final int LINES = 8;

    /** A piece of A is copied as one vector of this many lanes: at least ROWS, and a bound on what is read past its end. */
    static final int SLACK = Math.max(Tiles.LANES, 8);

    private static final VectorSpecies<Float> A = FloatVector.SPECIES_256;
    private static final VectorSpecies<Float> B = Tiles.SPECIES;
    private static final int V = Tiles.VECTOR_BYTES;

    private LineCopy() {}

    /**
     * Copies {@code pieces} pieces of {@code width} floats from each of {@code lines} lines: piece q of line i becomes step i
     * of panel q.
     *
     * @param lineBytes from line to line
     * @param width {@link Tiles#ROWS} or {@link Tiles#COLUMNS}
     */
    static void run(long from, long lineBytes, int lines, int width, int pieces, long to, long panelBytes) {
        if (width == Tiles.ROWS && Tiles.LANES >= 8) {
            if (lines == LINES) {
                eightA(from, lineBytes, pieces, to, panelBytes);
            } else {
                for (int i = 0; i < lines; i++) {
                    oneA(from + i * lineBytes, pieces, to + i * Tiles.ROWS * 4L, panelBytes);
                }
            }
        } else if (width == Tiles.ROWS) {
            for (int i = 0; i < lines; i++) {
                one(from + i * lineBytes, Tiles.ROWS, pieces, to + i * Tiles.ROWS * 4L, panelBytes);
            }
        } else {
            for (int i = 0; i < lines; i += 4) {
                if (i + 4 <= lines) {
                    fourB(from + i * lineBytes, lineBytes, pieces, to + i * Tiles.COLUMNS * 4L, panelBytes);
                } else {
                    for (int j = i; j < lines; j++) {
                        one(from + j * lineBytes, Tiles.COLUMNS, pieces, to + j * Tiles.COLUMNS * 4L, panelBytes);
                    }
                }
            }
        }
    }

    /** Stores run upwards: each overwrites what the one before wrote past its step. */
    private static void eightA(long from, long lineBytes, int pieces, long to, long panelBytes) {
        long f = from & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        long lb = lineBytes & ADDRESS_MASK;
        long pb = panelBytes & ADDRESS_MASK;
        for (int q = 0; q < pieces; q++) {
            long g = f;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 1 * Tiles.ROWS * 4, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 2 * Tiles.ROWS * 4, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 3 * Tiles.ROWS * 4, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 4 * Tiles.ROWS * 4, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 5 * Tiles.ROWS * 4, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 6 * Tiles.ROWS * 4, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(A, ALL, g, ORDER).intoMemorySegment(ALL, t + 7 * Tiles.ROWS * 4, ORDER);
            f = f + Tiles.ROWS * 4 & ADDRESS_MASK;
            t = t + pb & ADDRESS_MASK;
        }
    }

    private static void oneA(long from, int pieces, long to, long panelBytes) {
        long f = from & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int q = 0; q < pieces; q++) {
            FloatVector.fromMemorySegment(A, ALL, f, ORDER).intoMemorySegment(ALL, t, ORDER);
            f = f + Tiles.ROWS * 4 & ADDRESS_MASK;
            t = t + panelBytes & ADDRESS_MASK;
        }
    }

    private static void fourB(long from, long lineBytes, int pieces, long to, long panelBytes) {
        long f = from & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        long lb = lineBytes & ADDRESS_MASK;
        long pb = panelBytes & ADDRESS_MASK;
        for (int q = 0; q < pieces; q++) {
            long g = f;
            FloatVector.fromMemorySegment(B, ALL, g, ORDER).intoMemorySegment(ALL, t, ORDER);
            FloatVector.fromMemorySegment(B, ALL, g + V, ORDER).intoMemorySegment(ALL, t + V, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(B, ALL, g, ORDER).intoMemorySegment(ALL, t + 1 * Tiles.COLUMNS * 4, ORDER);
            FloatVector.fromMemorySegment(B, ALL, g + V, ORDER)
                    .intoMemorySegment(ALL, t + 1 * Tiles.COLUMNS * 4 + V, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(B, ALL, g, ORDER).intoMemorySegment(ALL, t + 2 * Tiles.COLUMNS * 4, ORDER);
            FloatVector.fromMemorySegment(B, ALL, g + V, ORDER)
                    .intoMemorySegment(ALL, t + 2 * Tiles.COLUMNS * 4 + V, ORDER);
            g = g + lb & ADDRESS_MASK;
            FloatVector.fromMemorySegment(B, ALL, g, ORDER).intoMemorySegment(ALL, t + 3 * Tiles.COLUMNS * 4, ORDER);
            FloatVector.fromMemorySegment(B, ALL, g + V, ORDER)
                    .intoMemorySegment(ALL, t + 3 * Tiles.COLUMNS * 4 + V, ORDER);
            f = f + Tiles.COLUMNS * 4 & ADDRESS_MASK;
            t = t + pb & ADDRESS_MASK;
        }
    }

    private static void one(long from, int width, int pieces, long to, long panelBytes) {
        long f = from & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int q = 0; q < pieces; q++) {
            for (int i = 0; i < width; i += Tiles.LANES) {
                FloatVector.fromMemorySegment(B, ALL, f + i * 4L, ORDER).intoMemorySegment(ALL, t + i * 4L, ORDER);
            }
            f = f + width * 4L & ADDRESS_MASK;
            t = t + panelBytes & ADDRESS_MASK;
        }
    }
}
