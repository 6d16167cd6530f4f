package dev.tenon.kernels.cuda;

import java.util.List;

/**
 * What {@code cuTensorMapEncodeTiled} is given for 16-bit elements, the innermost axis first; the element strides are 1, there is no
 * interleaving, what lies outside is zeros.
 *
 * @param bf16 whether elements are BF16, else F16
 * @param offsetBytes from the buffer's beginning; a multiple of 16
 * @param sizes in elements, each below 2^32
 * @param strideBytes of all axes but the innermost; multiples of 16, below 2^40
 * @param box the elements of one copy along each axis, each at most 256; the innermost fills the swizzled 128 bytes
 */
public record TensorMap(boolean bf16, long offsetBytes, List<Long> sizes, List<Long> strideBytes, List<Integer> box) {}
