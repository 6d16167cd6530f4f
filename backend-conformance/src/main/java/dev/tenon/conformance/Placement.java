package dev.tenon.conformance;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;

/** How an operand's elements lie in a larger storage, with guard elements before, after and, where strided, between. */
public enum Placement {
    /** One after another, 64-byte aligned. */
    CONTIGUOUS,
    /** One after another, from an odd element on. */
    OFFSET,
    /** Rows with a gap after each: a slice of a wider matrix. */
    PADDED,
    /** Rows with 64 bytes after each: what was aligned for wide accesses stays so. */
    ALIGNED,
    /** Every second element along the last axis. */
    STRIDED,
    /** The last two axes exchanged in memory. */
    TRANSPOSED,
    /** The two axes before the last exchanged in memory: [batch, heads, n, size] kept as [batch, n, heads, size]. */
    SWAPPED_MIDDLE,
    /** The last axis backwards. */
    REVERSED,
    /** The first axis backwards. */
    REVERSED_OUTER,
    /** The first axis repeats one element's worth (stride 0). Inputs only. */
    BROADCAST_OUTER,
    /** The last axis repeats one element (stride 0). Inputs only. */
    BROADCAST_INNER;

    private static final int GUARD_BYTES = 64;

    /** Whether a quantized tensor, whose rows are whole blocks, can lie so. */
    public boolean fitsBlocks() {
        return this == CONTIGUOUS || this == PADDED || this == SWAPPED_MIDDLE || this == BROADCAST_OUTER;
    }

    /** Whether an output can lie so. */
    public boolean fitsOutputs() {
        return this != BROADCAST_OUTER && this != BROADCAST_INNER;
    }

    /** The layout; its first element touched comes after at least 64 bytes of guard. */
    public Layout layout(DType dtype, Shape shape) {
        int rank = shape.rank();
        long block = dtype.blockSize();
        int[] order = new int[rank];
        for (int i = 0; i < rank; i++) {
            order[i] = i;
        }
        if (this == TRANSPOSED && rank >= 2) {
            swap(order, rank - 2, rank - 1);
        }
        if (this == SWAPPED_MIDDLE && rank >= 3) {
            swap(order, rank - 3, rank - 2);
        }
        long[] strides = new long[rank];
        long stride = this == STRIDED ? 2 : 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[order[i]] = stride;
            stride *= Math.max(1, shape.size(order[i]));
            if (i == rank - 1 && this == PADDED) {
                stride += block == 1 ? 5 : block;
            }
            if (i == rank - 1 && this == ALIGNED) {
                stride += guard(dtype);
            }
        }
        if (rank > 0) {
            switch (this) {
                case REVERSED -> strides[rank - 1] = -strides[rank - 1];
                case REVERSED_OUTER -> strides[0] = -strides[0];
                case BROADCAST_OUTER -> strides[0] = 0;
                case BROADCAST_INNER -> strides[rank - 1] = 0;
                case CONTIGUOUS, OFFSET, PADDED, ALIGNED, STRIDED, TRANSPOSED, SWAPPED_MIDDLE -> {}
            }
        }
        Layout atZero = Layout.of(shape, strides, 0);
        long from = guard(dtype) + (this == OFFSET ? 3 : 0);
        long below = shape.elements() == 0 ? 0 : atZero.first();
        return Layout.of(shape, strides, from - below);
    }

    /** Elements of the storage that holds the layout and its guards. */
    public long elements(DType dtype, Layout layout) {
        long end = layout.shape().elements() == 0 ? layout.offset() : layout.end();
        return Math.ceilDiv(end, (long) dtype.blockSize()) * dtype.blockSize() + guard(dtype);
    }

    private static long guard(DType dtype) {
        return dtype.isQuantized() ? 2L * dtype.blockSize() : GUARD_BYTES / dtype.blockBytes();
    }

    private static void swap(int[] order, int a, int b) {
        int kept = order[a];
        order[a] = order[b];
        order[b] = kept;
    }
}
