package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;
import static dev.tenon.cpu.quant.ByteLanes.LANES;
import static dev.tenon.cpu.quant.ByteLanes.floats;
import static dev.tenon.cpu.quant.ByteLanes.unsigned;
import static dev.tenon.cpu.quant.SmallBlocks.half;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Rows of 256-element blocks to floats, a vector at a time. */
final class SuperBlockDecoder {
    private SuperBlockDecoder() {}

    static void q4(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 144L;
            for (int j = 0; j < 8; j++) {
                long values = in + SuperBlocks.Q4_VALUES + (j >> 1) * 32L;
                FloatVector scale = scale(in, j);
                FloatVector minimum = minimum(in, j);
                for (int i = 0; i < 32; i += LANES) {
                    IntVector q = unsigned(values + i)
                            .lanewise(VectorOperators.LSHR, (j & 1) * 4)
                            .and(15);
                    floats(q).fma(scale, minimum).intoMemorySegment(ALL, t + b * 1024L + j * 128L + i * 4L, ORDER);
                }
            }
        }
    }

    static void q5(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 176L;
            for (int j = 0; j < 8; j++) {
                long values = in + SuperBlocks.Q5_VALUES + (j >> 1) * 32L;
                FloatVector scale = scale(in, j);
                FloatVector minimum = minimum(in, j);
                for (int i = 0; i < 32; i += LANES) {
                    IntVector fifth = unsigned(in + SuperBlocks.Q5_HIGH + i)
                            .lanewise(VectorOperators.LSHR, j)
                            .and(1)
                            .lanewise(VectorOperators.LSHL, 4);
                    IntVector q = unsigned(values + i)
                            .lanewise(VectorOperators.LSHR, (j & 1) * 4)
                            .and(15)
                            .or(fifth);
                    floats(q).fma(scale, minimum).intoMemorySegment(ALL, t + b * 1024L + j * 128L + i * 4L, ORDER);
                }
            }
        }
    }

    static void q6(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 210L;
            float scale = half(in + SuperBlocks.Q6_SCALE);
            for (int s = 0; s < 16; s++) {
                // Sub-block s: half s / 8 of the block, group s / 2 % 4 of the half, place s % 2 of the group.
                int half = s >> 3;
                int group = s >> 1 & 3;
                int place = (s & 1) * 16;
                long low = in + half * 64L + (group & 1) * 32L + place;
                long high = in + SuperBlocks.Q6_HIGH + half * 32L + place;
                float d = scale * OffHeap.getByte(in + SuperBlocks.Q6_SCALES + half * 8L + group * 2L + (s & 1));
                for (int i = 0; i < 16; i += LANES) {
                    IntVector upper = unsigned(high + i)
                            .lanewise(VectorOperators.LSHR, 2 * group)
                            .and(3)
                            .lanewise(VectorOperators.LSHL, 4);
                    IntVector q = unsigned(low + i)
                            .lanewise(VectorOperators.LSHR, (group >> 1) * 4)
                            .and(15)
                            .or(upper)
                            .sub(32);
                    floats(q)
                            .mul(d)
                            .intoMemorySegment(
                                    ALL, t + b * 1024L + half * 512L + group * 128L + place * 4L + i * 4L, ORDER);
                }
            }
        }
    }

    private static FloatVector scale(long in, int j) {
        return FloatVector.broadcast(ByteLanes.FLOATS, half(in) * SuperBlocks.scale(in + SuperBlocks.SCALES, j));
    }

    private static FloatVector minimum(long in, int j) {
        return FloatVector.broadcast(ByteLanes.FLOATS, -half(in + 2) * SuperBlocks.minimum(in + SuperBlocks.SCALES, j));
    }
}
