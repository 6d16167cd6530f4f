package dev.tenon.cuda.ptx;

import static java.lang.Float.intBitsToFloat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A warp's part of its warpgroup's products ({@code wgmma}): 16 of the 64 rows. Shared memory is read and sums are written when the products are
 * waited for, as late as may be; operands in registers when they are given. A product's terms are added exactly and rounded towards zero once.
 */
final class GroupProducts {
    private static final int ROWS = 16;
    /** Bytes of an operand's terms in a row. */
    private static final int TERMS_BYTES = 32;

    /**
     * A product.
     *
     * @param d the first slots of the sums' registers
     * @param fragment the left operand's registers as they were, a row a lane; null where {@code a} describes it
     */
    record Product(
            TensorCores.Element type,
            int columns,
            int[] d,
            long a,
            long[] fragment,
            long b,
            boolean adds,
            boolean aAcross,
            boolean bAcross) {}

    private final Deque<List<Product>> groups = new ArrayDeque<>();
    private List<Product> open = new ArrayList<>();

    void clear() {
        groups.clear();
        open.clear();
    }

    void add(Product product) {
        open.add(product);
    }

    void commit() {
        groups.add(open);
        open = new ArrayList<>();
    }

    void await(Warp warp, int left) {
        while (groups.size() > left) {
            groups.remove().forEach(product -> multiply(warp, product));
        }
    }

    private static void multiply(Warp warp, Product product) {
        MemorySegment shared = warp.block.shared.content();
        int firstRow = warp.first / Lanes.COUNT % 4 * ROWS;
        int columns = product.columns;
        int terms = TERMS_BYTES / product.type.bytes();
        double[] left = new double[ROWS * terms];
        double[] right = new double[columns * terms];
        for (int term = 0; term < terms; term++) {
            for (int row = 0; row < ROWS; row++) {
                int lane = row % 8 * 4 + term % 8 / 2;
                left[row * terms + term] = product.fragment.length > 0
                        ? product.type.of(product.fragment[(row / 8 + term / 8 * 2) * Lanes.COUNT + lane], term % 2)
                        : element(shared, product, product.a, product.aAcross, firstRow + row, term);
            }
            for (int column = 0; column < columns; column++) {
                right[column * terms + term] = element(shared, product, product.b, product.bAcross, column, term);
            }
        }
        for (int row = 0; row < ROWS; row++) {
            for (int column = 0; column < columns; column++) {
                int slot = product.d[column / 8 * 4 + row / 8 * 2 + column % 2] + row % 8 * 4 + column % 8 / 2;
                double sum = product.adds ? intBitsToFloat((int) warp.registers[slot]) : 0;
                for (int term = 0; term < terms; term++) {
                    sum += left[row * terms + term] * right[column * terms + term];
                }
                warp.registers[slot] = Float.floatToRawIntBits(TensorCores.towardZero(sum));
            }
        }
    }

    private static double element(
            MemorySegment shared, Product product, long descriptor, boolean across, int outer, int term) {
        long at = place(descriptor, product.type.bytes(), across, outer, term);
        return switch (product.type) {
            case BF16, F16 -> product.type.of(shared.get(ValueLayout.JAVA_SHORT_UNALIGNED, at), 0);
            case TF32 -> product.type.of(shared.get(ValueLayout.JAVA_INT_UNALIGNED, at), 0);
        };
    }

    /**
     * Where an element of so many bytes lies that a matrix descriptor in the swizzle of 128 bytes describes.
     *
     * @param across whether lines run along the rows or columns, not along the terms, as those of 16 bits can
     * @param outer the row of the left operand, the column of the right
     */
    static long place(long descriptor, int bytes, boolean across, int outer, int term) {
        if (descriptor >>> 62 != 1 || (descriptor >> 49 & 7) != 0) {
            throw new PtxError("a matrix descriptor of another swizzle, or with a base offset");
        }
        long start = (descriptor & 0x3FFF) << 4;
        long leading = (descriptor >> 16 & 0x3FFF) << 4;
        long stride = (descriptor >> 32 & 0x3FFF) << 4;
        long at = across
                ? start + outer % 64 * 2 + outer / 64 * leading + term % 8 * 128 + term / 8 * stride
                : start + outer % 8 * 128 + outer / 8 * stride + term * bytes;
        return BulkCopies.swizzled(at);
    }
}
