package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.quant.ByteLanes.LANES;
import static dev.tenon.cpu.quant.ByteLanes.fifth;
import static dev.tenon.cpu.quant.ByteLanes.floats;
import static dev.tenon.cpu.quant.ByteLanes.load;
import static dev.tenon.cpu.quant.ByteLanes.signed;
import static dev.tenon.cpu.quant.ByteLanes.unsigned;
import static dev.tenon.cpu.quant.SmallBlocks.half;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/**
 * Inner products of a row of 32-element blocks with a row of floats. The scale multiplies a block's sum, and what all
 * values of a block have in common (the offset or the minimum) multiplies the sum of its floats, which {@code sums} holds.
 *
 * <p>For each eight values that leaves, on AVX2: half a load that widens, a mask or a shift, a conversion and a
 * multiply-add; with the scale about 20 instructions for a block of Q4_0's 18 bytes, 22 for Q8_0's 34.
 */
final class SmallDots {
    private SmallDots() {}

    static float q8(long row, long x, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 34L;
            long at = xs + b * 128L;
            FloatVector t = FloatVector.zero(ByteLanes.FLOATS);
            for (int i = 0; i < 32; i += LANES) {
                t = floats(signed(in + 2 + i)).fma(load(at + i * 4L), t);
            }
            sum = t.fma(FloatVector.broadcast(ByteLanes.FLOATS, half(in)), sum);
        }
        return Lanes.sum(sum);
    }

    static float q4(long row, long x, long sums, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        float common = 0;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 18L;
            long at = xs + b * 128L;
            float scale = half(in);
            FloatVector t = FloatVector.zero(ByteLanes.FLOATS);
            for (int i = 0; i < 16; i += LANES) {
                IntVector pair = unsigned(in + 2 + i);
                t = floats(pair.and(15)).fma(load(at + i * 4L), t);
                t = floats(pair.lanewise(VectorOperators.LSHR, 4)).fma(load(at + i * 4L + 64), t);
            }
            sum = t.fma(FloatVector.broadcast(ByteLanes.FLOATS, scale), sum);
            common += scale * OffHeap.getFloat(sums + b * 4L);
        }
        return Lanes.sum(sum) - 8 * common;
    }

    static float q4WithMinimum(long row, long x, long sums, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        float common = 0;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 20L;
            long at = xs + b * 128L;
            FloatVector t = FloatVector.zero(ByteLanes.FLOATS);
            for (int i = 0; i < 16; i += LANES) {
                IntVector pair = unsigned(in + 4 + i);
                t = floats(pair.and(15)).fma(load(at + i * 4L), t);
                t = floats(pair.lanewise(VectorOperators.LSHR, 4)).fma(load(at + i * 4L + 64), t);
            }
            sum = t.fma(FloatVector.broadcast(ByteLanes.FLOATS, half(in)), sum);
            common += half(in + 2) * OffHeap.getFloat(sums + b * 4L);
        }
        return Lanes.sum(sum) + common;
    }

    static float q5(long row, long x, long sums, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        float common = 0;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 22L;
            float scale = half(in);
            FloatVector t = fiveBits(in + 6, OffHeap.getInt(in + 2), xs + b * 128L);
            sum = t.fma(FloatVector.broadcast(ByteLanes.FLOATS, scale), sum);
            common += scale * OffHeap.getFloat(sums + b * 4L);
        }
        return Lanes.sum(sum) - 16 * common;
    }

    static float q5WithMinimum(long row, long x, long sums, int blocks) {
        long w = row & ADDRESS_MASK;
        long xs = x & ADDRESS_MASK;
        FloatVector sum = FloatVector.zero(ByteLanes.FLOATS);
        float common = 0;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 24L;
            FloatVector t = fiveBits(in + 8, OffHeap.getInt(in + 4), xs + b * 128L);
            sum = t.fma(FloatVector.broadcast(ByteLanes.FLOATS, half(in)), sum);
            common += half(in + 2) * OffHeap.getFloat(sums + b * 4L);
        }
        return Lanes.sum(sum) + common;
    }

    private static FloatVector fiveBits(long nibbles, int high, long at) {
        FloatVector t = FloatVector.zero(ByteLanes.FLOATS);
        for (int i = 0; i < 16; i += LANES) {
            IntVector pair = unsigned(nibbles + i);
            t = floats(pair.and(15).or(fifth(high >>> i))).fma(load(at + i * 4L), t);
            t = floats(pair.lanewise(VectorOperators.LSHR, 4).or(fifth(high >>> 16 + i)))
                    .fma(load(at + i * 4L + 64), t);
        }
        return t;
    }
}
