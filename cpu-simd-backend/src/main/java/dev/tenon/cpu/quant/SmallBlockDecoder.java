package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;
import static dev.tenon.cpu.OffHeap.ALL;
import static dev.tenon.cpu.OffHeap.ORDER;
import static dev.tenon.cpu.quant.ByteLanes.LANES;
import static dev.tenon.cpu.quant.ByteLanes.fifth;
import static dev.tenon.cpu.quant.ByteLanes.floats;
import static dev.tenon.cpu.quant.ByteLanes.signed;
import static dev.tenon.cpu.quant.ByteLanes.unsigned;
import static dev.tenon.cpu.quant.SmallBlocks.half;

import dev.tenon.cpu.OffHeap;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/** Rows of 32-element blocks to floats, a vector at a time. */
final class SmallBlockDecoder {
    private SmallBlockDecoder() {}

    static void q8(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 34L;
            float scale = half(in);
            for (int i = 0; i < 32; i += LANES) {
                floats(signed(in + 2 + i)).mul(scale).intoMemorySegment(ALL, t + b * 128L + i * 4L, ORDER);
            }
        }
    }

    static void q4(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 18L;
            float scale = half(in);
            for (int i = 0; i < 16; i += LANES) {
                long out = t + b * 128L + i * 4L;
                IntVector pair = unsigned(in + 2 + i);
                floats(pair.and(15).sub(8)).mul(scale).intoMemorySegment(ALL, out, ORDER);
                floats(pair.lanewise(VectorOperators.LSHR, 4).sub(8))
                        .mul(scale)
                        .intoMemorySegment(ALL, out + 64, ORDER);
            }
        }
    }

    static void q4WithMinimum(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 20L;
            FloatVector scale = FloatVector.broadcast(ByteLanes.FLOATS, half(in));
            FloatVector minimum = FloatVector.broadcast(ByteLanes.FLOATS, half(in + 2));
            for (int i = 0; i < 16; i += LANES) {
                long out = t + b * 128L + i * 4L;
                IntVector pair = unsigned(in + 4 + i);
                floats(pair.and(15)).fma(scale, minimum).intoMemorySegment(ALL, out, ORDER);
                floats(pair.lanewise(VectorOperators.LSHR, 4))
                        .fma(scale, minimum)
                        .intoMemorySegment(ALL, out + 64, ORDER);
            }
        }
    }

    static void q5(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 22L;
            float scale = half(in);
            int high = OffHeap.getInt(in + 2);
            for (int i = 0; i < 16; i += LANES) {
                long out = t + b * 128L + i * 4L;
                IntVector pair = unsigned(in + 6 + i);
                floats(pair.and(15).or(fifth(high >>> i)).sub(16)).mul(scale).intoMemorySegment(ALL, out, ORDER);
                floats(pair.lanewise(VectorOperators.LSHR, 4)
                                .or(fifth(high >>> 16 + i))
                                .sub(16))
                        .mul(scale)
                        .intoMemorySegment(ALL, out + 64, ORDER);
            }
        }
    }

    static void q5WithMinimum(long row, long to, int blocks) {
        long w = row & ADDRESS_MASK;
        long t = to & ADDRESS_MASK;
        for (int b = 0; b < blocks; b++) {
            long in = w + b * 24L;
            FloatVector scale = FloatVector.broadcast(ByteLanes.FLOATS, half(in));
            FloatVector minimum = FloatVector.broadcast(ByteLanes.FLOATS, half(in + 2));
            int high = OffHeap.getInt(in + 4);
            for (int i = 0; i < 16; i += LANES) {
                long out = t + b * 128L + i * 4L;
                IntVector pair = unsigned(in + 8 + i);
                floats(pair.and(15).or(fifth(high >>> i))).fma(scale, minimum).intoMemorySegment(ALL, out, ORDER);
                floats(pair.lanewise(VectorOperators.LSHR, 4).or(fifth(high >>> 16 + i)))
                        .fma(scale, minimum)
                        .intoMemorySegment(ALL, out + 64, ORDER);
            }
        }
    }
}
