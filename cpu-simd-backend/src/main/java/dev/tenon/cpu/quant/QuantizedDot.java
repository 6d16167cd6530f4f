package dev.tenon.cpu.quant;

import dev.tenon.DType;
import dev.tenon.cpu.OffHeap;

/**
 * One row of a quantized weight times one row of floats, without widening the weight to memory: the decode step's inner
 * product. Activations stay F32, so the result is exact but for F32 rounding.
 */
public final class QuantizedDot {
    private QuantizedDot() {}

    /** Elements that {@link #sums} adds up at a time. */
    public static final int GROUP = 32;

    /**
     * The inner product.
     *
     * @param row the weight's blocks
     * @param x {@code n} floats
     * @param sums what {@link #sums} made of {@code x}
     * @param n elements, whole blocks
     */
    public static float dot(DType type, long row, long x, long sums, int n) {
        int blocks = n / type.blockSize();
        return switch (type) {
            case Q8_0 -> SmallDots.q8(row, x, blocks);
            case Q4_0 -> SmallDots.q4(row, x, sums, blocks);
            case Q4_1 -> SmallDots.q4WithMinimum(row, x, sums, blocks);
            case Q5_0 -> SmallDots.q5(row, x, sums, blocks);
            case Q5_1 -> SmallDots.q5WithMinimum(row, x, sums, blocks);
            case Q4_K -> SuperDots.q4(row, x, sums, blocks);
            case Q5_K -> SuperDots.q5(row, x, sums, blocks);
            case Q6_K -> SuperDots.q6(row, x, blocks);
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL -> throw new AssertionError(type);
        };
    }

    /** The sum of every 32 floats of {@code x}, to {@code n / 32} floats. */
    public static void sums(long x, int n, long to) {
        for (int g = 0; g < n / GROUP; g++) {
            float sum = 0;
            for (int i = 0; i < GROUP; i++) {
                sum += OffHeap.getFloat(x + (g * (long) GROUP + i) * 4);
            }
            OffHeap.setFloat(to + g * 4L, sum);
        }
    }
}
