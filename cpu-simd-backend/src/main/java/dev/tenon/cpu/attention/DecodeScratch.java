package dev.tenon.cpu.attention;

import dev.tenon.DType;

/**
 * How a decoding task divides its scratch memory. What a chunk hands on comes first: for every row its sums, then its
 * maximum and its total.
 */
final class DecodeScratch {
    /** Keys of a tile: with heads of 128 elements a widened tile of keys and values is 64 KiB. */
    static final int KEYS = 64;

    final int rows;
    /** Bytes of a row in whole vectors. */
    final int headBytes;

    final int valueBytes;
    /** Bytes of what one row hands on. */
    final long sumStride;

    /** Whether rows can be read where they lie. */
    final boolean directKeys;

    final boolean directValues;
    final long queries;
    final long scores;
    final long keys;
    final long values;
    private final long bytes;

    DecodeScratch(AttentionProblem p) {
        this.rows = p.queries * p.group;
        this.headBytes = whole(p.headSize);
        this.valueBytes = whole(p.valueSize);
        this.sumStride = valueBytes + 64;
        boolean f32 = p.rows.dtype() == DType.F32;
        this.directKeys = f32 && p.rows.elementStride(KeyValueRows.Side.KEY) == 4 && headBytes == p.headSize * 4;
        this.directValues = f32 && p.rows.elementStride(KeyValueRows.Side.VALUE) == 4 && valueBytes == p.valueSize * 4;
        this.queries = sumBytes();
        this.scores = queries + (long) rows * headBytes;
        this.keys = scores + KEYS * 4L;
        this.values = keys + (directKeys ? 0 : (long) KEYS * headBytes);
        this.bytes = values + (directValues ? 0 : (long) KEYS * valueBytes);
    }

    private static int whole(int elements) {
        return (elements * 4 + Panels.VECTOR_BYTES - 1) / Panels.VECTOR_BYTES * Panels.VECTOR_BYTES;
    }

    /** Bytes of what one chunk hands on. */
    long sumBytes() {
        return rows * sumStride;
    }

    long bytes() {
        return Math.max(64, bytes);
    }
}
