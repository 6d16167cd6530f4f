package dev.tenon.kernels.cuda;

import java.util.List;
import java.util.Optional;

/**
 * What {@code cuTensorMapEncodeTiled} is given for 16-bit elements, the innermost axis first; the element strides are 1, there is no
 * interleaving, what lies outside is zeros. Strides may be in any order.
 *
 * @param bf16 whether elements are BF16, else F16
 * @param offsetBytes from the buffer's beginning; a multiple of 16
 * @param sizes in elements, each at most 2^32
 * @param strideBytes of all axes but the innermost; multiples of 16, below 2^40
 * @param box the elements of one copy along each axis, each at most 256; the innermost fills the swizzled 128 bytes
 */
public record TensorMap(boolean bf16, long offsetBytes, List<Long> sizes, List<Long> strideBytes, List<Integer> box) {
    private static final int MOST_AXES = 5;
    private static final long LARGEST_SIZE = 1L << 32;
    private static final long STRIDE_LIMIT = 1L << 40;
    private static final int LARGEST_BOX = 256;
    private static final int LINE_BYTES = 128;

    /** Which of the rules of {@code cuTensorMapEncodeTiled} it breaks; empty if the driver takes it. */
    public Optional<String> problem() {
        if (sizes.size() > MOST_AXES) {
            return Optional.of("a tensor map of " + sizes.size() + " axes; " + MOST_AXES + " are the most");
        }
        if (offsetBytes % 16 != 0) {
            return Optional.of("a tensor map that does not start on a 16-byte address");
        }
        for (long size : sizes) {
            if (size < 1 || size > LARGEST_SIZE) {
                return Optional.of("a tensor map of " + size + " elements along an axis; 2^32 are the most");
            }
        }
        for (long stride : strideBytes) {
            if (stride % 16 != 0 || stride <= 0 || stride >= STRIDE_LIMIT) {
                return Optional.of("a tensor map's stride of " + stride
                        + " bytes; strides are multiples of 16, above 0 and below 2^40");
            }
        }
        for (int size : box) {
            if (size < 1 || size > LARGEST_BOX) {
                return Optional.of("a box of " + size + " elements along an axis; " + LARGEST_BOX + " are the most");
            }
        }
        return box.getFirst() * 2 == LINE_BYTES
                ? Optional.empty()
                : Optional.of("a box with lines of " + box.getFirst() * 2 + " bytes, not of " + LINE_BYTES);
    }
}
