package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.quant.ByteLanes.LANES;
import static dev.tenon.cpu.quant.ByteLanes.floats;
import static dev.tenon.cpu.quant.ByteLanes.load;
import static dev.tenon.cpu.quant.ByteLanes.unsigned;
import static dev.tenon.cpu.quant.SmallBlocks.half;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Inner products of a row of 256-element blocks with a row of floats, as {@link SmallDots}: each sub-block's scale
 * multiplies its sum, each minimum the sum of its floats.
 *
 * <p>Q4_K on AVX2: 128 instructions for the values of a block, about 75 for its eight scales and minimums, for 144 bytes.
 */
final class SuperDots {
    private SuperDots() {}

    static float q4(long row, long x, long sums, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        float common = 0;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 144L;
            float scale = half(in);
            long scales = SuperBlocks.scales(in + SuperBlocks.SCALES);
            for (int j = 0; j < 8; j += 2) {
                long values = in + SuperBlocks.Q4_VALUES + j * 16L;
                long at = xs + b * 1024L + j * 128L;
                FloatVector low = FloatVector.zero(ByteLanes.FLOATS);
                FloatVector high = low;
                for (int i = 0; i < 32; i += LANES) {
                    IntVector pair = unsigned(values + i);
                    low = floats(pair.and(15)).fma(load(at + i * 4L), low);
                    high = floats(pair.lanewise(VectorOperators.LSHR, 4)).fma(load(at + i * 4L + 128), high);
                }
                sum = low.fma(FloatVector.broadcast(ByteLanes.FLOATS, scale * sixBits(scales, j)), sum);
                sum = high.fma(FloatVector.broadcast(ByteLanes.FLOATS, scale * sixBits(scales, j + 1)), sum);
            }
            common += half(in + 2) * minimums(in, sums + b * 32L);
        }
        return Lanes.sum(sum) - common;
    }

    static float q5(long row, long x, long sums, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        float common = 0;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 176L;
            float scale = half(in);
            long scales = SuperBlocks.scales(in + SuperBlocks.SCALES);
            for (int j = 0; j < 8; j += 2) {
                long values = in + SuperBlocks.Q5_VALUES + j * 16L;
                long at = xs + b * 1024L + j * 128L;
                FloatVector low = FloatVector.zero(ByteLanes.FLOATS);
                FloatVector high = low;
                for (int i = 0; i < 32; i += LANES) {
                    IntVector pair = unsigned(values + i);
                    IntVector fifth = unsigned(in + SuperBlocks.Q5_HIGH + i).lanewise(VectorOperators.LSHR, j);
                    IntVector first = fifth.and(1).lanewise(VectorOperators.LSHL, 4);
                    IntVector second = fifth.and(2).lanewise(VectorOperators.LSHL, 3);
                    low = floats(pair.and(15).or(first)).fma(load(at + i * 4L), low);
                    high = floats(pair.lanewise(VectorOperators.LSHR, 4).or(second))
                            .fma(load(at + i * 4L + 128), high);
                }
                sum = low.fma(FloatVector.broadcast(ByteLanes.FLOATS, scale * sixBits(scales, j)), sum);
                sum = high.fma(FloatVector.broadcast(ByteLanes.FLOATS, scale * sixBits(scales, j + 1)), sum);
            }
            common += half(in + 2) * minimums(in, sums + b * 32L);
        }
        return Lanes.sum(sum) - common;
    }

    static float q6(long row, long x, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 210L;
            FloatVector block = FloatVector.zero(ByteLanes.FLOATS);
            for (int part = 0; part < 4; part++) {
                // Sixteen places, each of which holds one value of four sub-blocks.
                int half = part >> 1;
                int place = (part & 1) * 16;
                long low = in + half * 64L + place;
                long high = in + SuperBlocks.Q6_HIGH + half * 32L + place;
                long at = xs + b * 1024L + half * 512L + place * 4L;
                long scales = in + SuperBlocks.Q6_SCALES + half * 8L + (part & 1);
                FloatVector t0 = FloatVector.zero(ByteLanes.FLOATS);
                FloatVector t1 = t0;
                FloatVector t2 = t0;
                FloatVector t3 = t0;
                for (int i = 0; i < 16; i += LANES) {
                    IntVector first = unsigned(low + i);
                    IntVector second = unsigned(low + 32 + i);
                    IntVector upper = unsigned(high + i);
                    t0 = sixBits(first.and(15), upper.lanewise(VectorOperators.LSHL, 4))
                            .fma(load(at + i * 4L), t0);
                    t1 = sixBits(second.and(15), upper.lanewise(VectorOperators.LSHL, 2))
                            .fma(load(at + i * 4L + 128), t1);
                    t2 = sixBits(first.lanewise(VectorOperators.LSHR, 4), upper).fma(load(at + i * 4L + 256), t2);
                    t3 = sixBits(second.lanewise(VectorOperators.LSHR, 4), upper.lanewise(VectorOperators.LSHR, 2))
                            .fma(load(at + i * 4L + 384), t3);
                }
                block = t0.fma(FloatVector.broadcast(ByteLanes.FLOATS, OffHeap.getByte(scales)), block);
                block = t1.fma(FloatVector.broadcast(ByteLanes.FLOATS, OffHeap.getByte(scales + 2)), block);
                block = t2.fma(FloatVector.broadcast(ByteLanes.FLOATS, OffHeap.getByte(scales + 4)), block);
                block = t3.fma(FloatVector.broadcast(ByteLanes.FLOATS, OffHeap.getByte(scales + 6)), block);
            }
            sum = block.fma(FloatVector.broadcast(ByteLanes.FLOATS, half(in + SuperBlocks.Q6_SCALE)), sum);
        }
        return Lanes.sum(sum);
    }

    private static FloatVector sixBits(IntVector low, IntVector upper) {
        return floats(low.or(upper.and(48)).sub(32));
    }

    private static float sixBits(long packed, int j) {
        return (int) (packed >>> 8 * j) & 63;
    }

    private static float minimums(long in, long sums) {
        long packed = SuperBlocks.minimums(in + SuperBlocks.SCALES);
        float common = 0;
        for (int j = 0; j < 8; j++) {
            common += sixBits(packed, j) * OffHeap.getFloat(sums + j * 4L);
        }
        return common;
    }
}
