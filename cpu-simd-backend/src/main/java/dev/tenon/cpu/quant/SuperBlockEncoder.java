package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.getByte;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setByte;
import static dev.tenon.cpu.OffHeap.setShort;

/** Encoders of the 256-element types: {@link AffineSearch} and {@link SymmetricSearch} find the scales. */
final class SuperBlockEncoder {
    private static final int SIZE = 256;
    private static final int SUB = 32;

    private SuperBlockEncoder() {}

    static void encodeQ4(long in, long out) {
        clear(out, 144);
        AffineSearch found = search(in, out, 15);
        for (int i = 0; i < SIZE; i++) {
            int j = i / SUB;
            long at = out + SuperBlocks.Q4_VALUES + SUB * (j / 2) + i % SUB;
            setByte(at, (byte) (getByte(at) | found.value(i) << (j & 1) * 4));
        }
    }

    static void encodeQ5(long in, long out) {
        clear(out, 176);
        AffineSearch found = search(in, out, 31);
        for (int i = 0; i < SIZE; i++) {
            int j = i / SUB;
            int q = found.value(i);
            long at = out + SuperBlocks.Q5_VALUES + SUB * (j / 2) + i % SUB;
            setByte(at, (byte) (getByte(at) | (q & 15) << (j & 1) * 4));
            long fifth = out + SuperBlocks.Q5_HIGH + i % SUB;
            setByte(fifth, (byte) (getByte(fifth) | q >> 4 << j));
        }
    }

    private static void clear(long out, int bytes) {
        for (int i = 0; i < bytes; i++) {
            setByte(out + i, (byte) 0);
        }
    }

    /** Finds the scales of a block and stores them. */
    private static AffineSearch search(long in, long out, int top) {
        AffineSearch found = new AffineSearch(top);
        found.search(elements(in));
        setShort(out, found.unit());
        setShort(out + 2, found.minimumUnit());
        long at = out + SuperBlocks.SCALES;
        for (int j = 0; j < 8; j++) {
            int s = found.scaleCode(j);
            int m = found.minimumCode(j);
            if (j < 4) {
                setByte(at + j, (byte) s);
                setByte(at + j + 4, (byte) m);
            } else {
                setByte(at + j + 4, (byte) (s & 15 | (m & 15) << 4));
                setByte(at + j - 4, (byte) (getByte(at + j - 4) | s >> 4 << 6));
                setByte(at + j, (byte) (getByte(at + j) | m >> 4 << 6));
            }
        }
        return found;
    }

    static void encodeQ6(long in, long out) {
        clear(out, 210);
        SymmetricSearch found = new SymmetricSearch();
        found.search(elements(in));
        setShort(out + SuperBlocks.Q6_SCALE, found.unit());
        for (int j = 0; j < 16; j++) {
            setByte(out + SuperBlocks.Q6_SCALES + j, (byte) found.scaleCode(j));
        }
        for (int i = 0; i < SIZE; i++) {
            int half = i / 128;
            int group = i % 128 / 32;
            int l = i % 32;
            int q = found.value(i) + 32;
            long low = out + 64L * half + 32L * (group & 1) + l;
            setByte(low, (byte) (getByte(low) | (q & 15) << (group >> 1 << 2)));
            long high = out + SuperBlocks.Q6_HIGH + 32L * half + l;
            setByte(high, (byte) (getByte(high) | q >> 4 << 2 * group));
        }
    }

    private static float[] elements(long in) {
        float[] elements = new float[SIZE];
        for (int i = 0; i < SIZE; i++) {
            elements[i] = getFloat(in + 4L * i);
        }
        return elements;
    }
}
