package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.getShort;
import static dev.tenon.cpu.OffHeap.setByte;
import static dev.tenon.cpu.OffHeap.setInt;
import static dev.tenon.cpu.OffHeap.setShort;

/**
 * The types of 32 elements a block. Four-bit values lie as two halves: byte j holds element j in its low and element j + 16
 * in its high nibble. Q5 types keep the fifth bits in one 32-bit word, bit j for element j.
 */
final class SmallBlocks {
    private static final int SIZE = 32;
    private static final int HALF = 16;

    private SmallBlocks() {}

    static float half(long address) {
        return Float.float16ToFloat(getShort(address));
    }

    static void setHalf(long address, float value) {
        setShort(address, Float.floatToFloat16(value));
    }

    static void encodeQ8(long in, long out) {
        float largest = 0;
        for (int j = 0; j < SIZE; j++) {
            largest = Math.max(largest, Math.abs(getFloat(in + 4L * j)));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(out, scale);
        for (int j = 0; j < SIZE; j++) {
            setByte(out + 2 + j, (byte) halfAway(getFloat(in + 4L * j) * inverse));
        }
    }

    /** To the nearest integer, halves away from zero. */
    private static int halfAway(float x) {
        return (int) (x < 0 ? Math.ceil((double) x - 0.5) : Math.floor((double) x + 0.5));
    }

    static void encodeQ4(long in, long out) {
        float scale = signedExtreme(in) / -8;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(out, scale);
        for (int j = 0; j < HALF; j++) {
            int low = Math.min(15, (int) (getFloat(in + 4L * j) * inverse + 8.5f));
            int high = Math.min(15, (int) (getFloat(in + 4L * (j + HALF)) * inverse + 8.5f));
            setByte(out + 2 + j, (byte) (low | high << 4));
        }
    }

    static void encodeQ4WithMinimum(long in, long out) {
        float minimum = minimum(in);
        float scale = (maximum(in) - minimum) / 15;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(out, scale);
        setHalf(out + 2, minimum);
        for (int j = 0; j < HALF; j++) {
            int low = Math.min(15, (int) ((getFloat(in + 4L * j) - minimum) * inverse + 0.5f));
            int high = Math.min(15, (int) ((getFloat(in + 4L * (j + HALF)) - minimum) * inverse + 0.5f));
            setByte(out + 4 + j, (byte) (low | high << 4));
        }
    }

    static void encodeQ5(long in, long out) {
        float scale = signedExtreme(in) / -16;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(out, scale);
        int fifth = 0;
        for (int j = 0; j < HALF; j++) {
            int low = Math.min(31, (int) (getFloat(in + 4L * j) * inverse + 16.5f));
            int high = Math.min(31, (int) (getFloat(in + 4L * (j + HALF)) * inverse + 16.5f));
            setByte(out + 6 + j, (byte) (low & 15 | (high & 15) << 4));
            fifth |= low >> 4 << j | high >> 4 << j + HALF;
        }
        setInt(out + 2, fifth);
    }

    static void encodeQ5WithMinimum(long in, long out) {
        float minimum = minimum(in);
        float scale = (maximum(in) - minimum) / 31;
        float inverse = scale == 0 ? 0 : 1 / scale;
        setHalf(out, scale);
        setHalf(out + 2, minimum);
        int fifth = 0;
        for (int j = 0; j < HALF; j++) {
            int low = (int) ((getFloat(in + 4L * j) - minimum) * inverse + 0.5f);
            int high = (int) ((getFloat(in + 4L * (j + HALF)) - minimum) * inverse + 0.5f);
            setByte(out + 8 + j, (byte) (low & 15 | (high & 15) << 4));
            fifth |= low >> 4 << j | high >> 4 << j + HALF;
        }
        setInt(out + 4, fifth);
    }

    /** The element of the largest magnitude, the first of equals, with its sign. */
    private static float signedExtreme(long in) {
        float largest = 0;
        float extreme = 0;
        for (int j = 0; j < SIZE; j++) {
            float x = getFloat(in + 4L * j);
            if (Math.abs(x) > largest) {
                largest = Math.abs(x);
                extreme = x;
            }
        }
        return extreme;
    }

    private static float minimum(long in) {
        float least = Float.MAX_VALUE;
        for (int j = 0; j < SIZE; j++) {
            least = Math.min(least, getFloat(in + 4L * j));
        }
        return least;
    }

    private static float maximum(long in) {
        float most = -Float.MAX_VALUE;
        for (int j = 0; j < SIZE; j++) {
            most = Math.max(most, getFloat(in + 4L * j));
        }
        return most;
    }
}
