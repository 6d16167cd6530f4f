package dev.tenon.cpu.gemm;

import dev.tenon.DType;

/**
 * A matrix in memory. A transpose is the same address with the strides exchanged.
 *
 * @param address of element (0, 0)
 * @param type F32, F16 or BF16; for the right-hand matrix also a quantized type, whose blocks then run down the columns
 *     ({@code rowStride} is 1 and {@code columnStride} a whole number of blocks)
 * @param rowStride elements from a row to the next
 * @param columnStride elements from a column to the next
 */
public record MatrixView(long address, DType type, long rowStride, long columnStride) {
    /** The matrix with rows and columns exchanged. */
    public MatrixView transpose() {
        return new MatrixView(address, type, columnStride, rowStride);
    }

    /** The same layout at another place. */
    public MatrixView at(long other) {
        return new MatrixView(other, type, rowStride, columnStride);
    }

    /** Where element (row, column) is; for quantized types the block that begins there. */
    long addressOf(long row, long column) {
        long elements = row * rowStride + column * columnStride;
        return address + elements / type.blockSize() * type.blockBytes();
    }
}
