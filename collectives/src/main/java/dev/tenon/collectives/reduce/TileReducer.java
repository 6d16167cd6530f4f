package dev.tenon.collectives.reduce;

/** The reduction of one type and kind over a tile. */
interface TileReducer {
    /**
     * @param sources base addresses, by rank, at least two
     * @param offset in bytes, of the tile in each source
     * @param n elements, at most a tile's
     * @param out where the tile's result goes; may be one of the sources' tiles
     * @param scratch room for a tile of eight-byte elements
     */
    void combine(long[] sources, long offset, int n, long out, long scratch);
}
