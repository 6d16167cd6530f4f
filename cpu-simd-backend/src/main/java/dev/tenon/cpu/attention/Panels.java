package dev.tenon.cpu.attention;

import dev.tenon.cpu.gemm.Tiles;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * How tiled attention lays out its operands. Everything is computed transposed: the lanes of a vector are queries, some
 * vectors side by side are a panel of queries (the columns of the GEMM's register tile), and keys, then elements of
 * values, are the tile's rows. So the softmax runs down the lanes without a reduction across them, and the weights come
 * out in the very order in which the second product reads them.
 *
 * <p>Every score is one chain of fused multiply-adds over the head's elements, and every output one over the keys of a
 * tile, in ascending order and wherever the query lies: a query's bits depend neither on the other queries nor on the
 * number of threads.
 */
final class Panels {
    static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    static final int LANES = SPECIES.length();
    static final int VECTOR_BYTES = LANES * Float.BYTES;

    /** Queries of a panel. */
    static final int WIDTH = Tiles.COLUMNS;

    static final int PANEL_BYTES = WIDTH * Float.BYTES;

    /** Keys, or elements of values, that go at once. */
    static final int ROWS = Tiles.ROWS;

    private Panels() {}

    /**
     * The register tile: {@code to[r][lane] = from[r][lane] + sum over i of rows[i][r] panel[i][lane]} for ROWS rows.
     *
     * @param n steps
     * @param rows n steps of ROWS floats
     * @param panel n steps of a panel
     * @param from ROWS panels, or zeros
     * @param fromStride bytes from row to row: PANEL_BYTES, or 0
     * @param to ROWS panels
     */
    static void multiply(int n, long rows, long panel, long from, long fromStride, long to) {
        Tiles.run(n, rows, panel, from, fromStride, to, PANEL_BYTES);
    }
}
