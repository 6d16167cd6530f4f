package dev.tenon.kernels.cuda;

import dev.tenon.DType;
import java.util.List;
import java.util.Optional;

/**
 * What {@code cuTensorMapEncodeTiled} is given, the innermost axis first; the element strides are 1, there is no
 * interleaving, what lies outside is zeros. Strides may be in any order.
 *
 * @param element the type of elements in memory
 * @param offsetBytes from the buffer's beginning; a multiple of 16
 * @param sizes in elements, each at most 2^32
 * @param strideBytes of all axes but the innermost; multiples of 16, below 2^40
 * @param box the elements of one copy along each axis, each at most 256; the innermost fills the swizzled 128 bytes
 */
public record TensorMap(
        Element element, long offsetBytes, List<Long> sizes, List<Long> strideBytes, List<Integer> box) {
    /** Types of elements. */
    public enum Element {
        F16(2),
        BF16(2),
        /** F32 numbers that are copied as TF32: whether rounded to its 11 bits is not documented. */
        TF32(4);

        private final int bytes;

        Element(int bytes) {
            this.bytes = bytes;
        }

        /** Of one element. */
        public int bytes() {
            return bytes;
        }

        /** Of an operand of F16, BF16, or of F32 that may be rounded. */
        static Element of(DType type) {
            return switch (type) {
                case F16 -> F16;
                case BF16 -> BF16;
                case F32 -> TF32;
                case F64, I64, I32, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                    throw new IllegalArgumentException(type.name());
            };
        }
    }

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
        int line = box.getFirst() * element.bytes();
        return line == LINE_BYTES
                ? Optional.empty()
                : Optional.of("a box with lines of " + line + " bytes, not of " + LINE_BYTES);
    }
}
