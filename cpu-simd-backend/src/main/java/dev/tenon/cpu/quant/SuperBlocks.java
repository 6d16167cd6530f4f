package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.getByte;
import static dev.tenon.cpu.OffHeap.setFloat;

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

    static void decodeQ4(long in, long out) {
        float scale = SmallBlocks.half(in);
        float minimum = SmallBlocks.half(in + 2);
        for (int j = 0; j < 8; j++) {
            float d = scale * scale(in + SCALES, j);
            float m = minimum * minimum(in + SCALES, j);
            long values = in + Q4_VALUES + 32L * (j / 2);
            int shift = (j & 1) * 4;
            for (int l = 0; l < 32; l++) {
                setFloat(out + 4L * (32 * j + l), d * (getByte(values + l) >> shift & 15) - m);
            }
        }
    }

    static void decodeQ5(long in, long out) {
        float scale = SmallBlocks.half(in);
        float minimum = SmallBlocks.half(in + 2);
        for (int j = 0; j < 8; j++) {
            float d = scale * scale(in + SCALES, j);
            float m = minimum * minimum(in + SCALES, j);
            long values = in + Q5_VALUES + 32L * (j / 2);
            int shift = (j & 1) * 4;
            for (int l = 0; l < 32; l++) {
                int fifth = getByte(in + Q5_HIGH + l) >> j & 1;
                int q = getByte(values + l) >> shift & 15 | fifth << 4;
                setFloat(out + 4L * (32 * j + l), d * q - m);
            }
        }
    }

    static void decodeQ6(long in, long out) {
        float scale = SmallBlocks.half(in + Q6_SCALE);
        for (int half = 0; half < 2; half++) {
            for (int group = 0; group < 4; group++) {
                long low = in + 64L * half + 32L * (group & 1);
                int shift = group >> 1 << 2;
                for (int l = 0; l < 32; l++) {
                    int upper = getByte(in + Q6_HIGH + 32L * half + l) >> 2 * group & 3;
                    int q = (getByte(low + l) >> shift & 15 | upper << 4) - 32;
                    float d = scale * getByte(in + Q6_SCALES + 8L * half + 2L * group + l / 16);
                    setFloat(out + 4L * (128 * half + 32 * group + l), d * q);
                }
            }
        }
    }
}
