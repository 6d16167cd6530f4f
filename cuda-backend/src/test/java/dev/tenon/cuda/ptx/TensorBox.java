package dev.tenon.cuda.ptx;

/**
 * What a tensor map says, for elements of 16 or 32 bits in the swizzle of 128 bytes: the innermost axis is the first.
 *
 * @param element its bytes
 * @param base the address of the first element
 * @param sizes in elements
 * @param strideBytes of all axes but the innermost
 * @param box the elements of one copy along each axis
 */
public record TensorBox(int element, long base, long[] sizes, long[] strideBytes, int[] box) {
    static final int MAP_BYTES = 128;

    int bytes() {
        int elements = 1;
        for (int size : box) {
            elements *= size;
        }
        return elements * element;
    }
}
