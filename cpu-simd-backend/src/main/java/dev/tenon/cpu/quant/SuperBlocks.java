package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.getByte;
import static dev.tenon.cpu.OffHeap.getInt;

/**
 * The types of 256 elements a block. Q4_K and Q5_K: eight sub-blocks of 32, each with a six-bit scale and a six-bit
 * minimum, twelve bytes together; values lie in four groups of 64 whose low nibbles are the first and whose high nibbles are
 * the second sub-block. Q6_K: sixteen sub-blocks of 16 with an eight-bit scale.
 */
final class SuperBlocks {
    static final int SCALES = 4;
    static final int Q4_VALUES = 16;
    static final int Q5_HIGH = 16;
    static final int Q5_VALUES = 48;
    static final int Q6_HIGH = 128;
    static final int Q6_SCALES = 192;
    static final int Q6_SCALE = 208;

    private SuperBlocks() {}

    /** Sub-block {@code j}'s six-bit scale: the first four have bytes of their own, the others are in pieces. */
    static int scale(long scales, int j) {
        return j < 4
                ? getByte(scales + j) & 63
                : getByte(scales + j + 4) & 15 | (getByte(scales + j - 4) >> 6 & 3) << 4;
    }

    /** Sub-block {@code j}'s six-bit minimum. */
    static int minimum(long scales, int j) {
        return j < 4
                ? getByte(scales + j + 4) & 63
                : getByte(scales + j + 4) >> 4 & 15 | (getByte(scales + j) >> 6 & 3) << 4;
    }

    /** All eight scales, one a byte from the lowest: {@link #scale} for all at once. */
    static long scales(long scales) {
        long own = getInt(scales) & 0x3f3f3f3fL;
        long pieces = getInt(scales + 8) & 0x0f0f0f0fL | (long) (getInt(scales) >>> 6 & 0x03030303) << 4;
        return own | pieces << 32;
    }

    /** All eight minimums, one a byte from the lowest. */
    static long minimums(long scales) {
        long own = getInt(scales + 4) & 0x3f3f3f3fL;
        long pieces = getInt(scales + 8) >>> 4 & 0x0f0f0f0fL | (long) (getInt(scales + 4) >>> 6 & 0x03030303) << 4;
        return own | pieces << 32;
    }

    /**
     * {@code largest / codes} as F16, the next number up in magnitude where the nearest would leave the largest beyond the
     * codes; that happens to small numbers, of which F16 has few.
     */
    static short unit(double largest, int codes) {
        short unit = Float.floatToFloat16((float) (largest / codes));
        if (Math.abs(largest) > (codes + 0.5) * Math.abs(Float.float16ToFloat(unit))) {
            unit++;
        }
        return unit;
    }
}
