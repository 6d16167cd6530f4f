package dev.tenon.conformance.reference;

import dev.tenon.DType;

/**
 * What the blocks of GGUF's quantized types stand for. Field order and packing: the block structures documented in ggml's
 * {@code ggml-common.h} and the GGUF specification; written here from that description.
 */
final class Blocks {
    private Blocks() {}

    static double[] dequantize(DType dtype, byte[] blocks) {
        int count = blocks.length / dtype.blockBytes();
        double[] values = new double[Math.multiplyExact(count, dtype.blockSize())];
        for (int i = 0; i < count; i++) {
            dequantize(dtype, blocks, i * dtype.blockBytes(), values, i * dtype.blockSize());
        }
        return values;
    }

    private static void dequantize(DType dtype, byte[] in, int at, double[] out, int to) {
        switch (dtype) {
            case Q8_0 -> {
                double scale = half(in, at);
                for (int i = 0; i < 32; i++) {
                    out[to + i] = scale * in[at + 2 + i];
                }
            }
            case Q4_0 -> {
                double scale = half(in, at);
                for (int i = 0; i < 32; i++) {
                    out[to + i] = scale * (nibble(in, at + 2, i) - 8);
                }
            }
            case Q4_1 -> {
                double scale = half(in, at);
                double minimum = half(in, at + 2);
                for (int i = 0; i < 32; i++) {
                    out[to + i] = scale * nibble(in, at + 4, i) + minimum;
                }
            }
            case Q5_0 -> {
                double scale = half(in, at);
                for (int i = 0; i < 32; i++) {
                    out[to + i] = scale * ((nibble(in, at + 6, i) | fifth(in, at + 2, i) << 4) - 16);
                }
            }
            case Q5_1 -> {
                double scale = half(in, at);
                double minimum = half(in, at + 2);
                for (int i = 0; i < 32; i++) {
                    out[to + i] = scale * (nibble(in, at + 8, i) | fifth(in, at + 4, i) << 4) + minimum;
                }
            }
            case Q4_K -> {
                for (int i = 0; i < 256; i++) {
                    // 64 elements share 32 bytes: the low nibbles are the first 32 of them.
                    int value = half64(in, at + 16, i);
                    out[to + i] = affine(in, at, i / 32, value);
                }
            }
            case Q5_K -> {
                for (int i = 0; i < 256; i++) {
                    int high = in[at + 16 + i % 32] >>> (i / 32) & 1;
                    out[to + i] = affine(in, at, i / 32, half64(in, at + 48, i) | high << 4);
                }
            }
            case Q6_K -> {
                double scale = half(in, at + 208);
                for (int i = 0; i < 256; i++) {
                    int within = i % 128;
                    int part = i / 128;
                    int low = in[at + part * 64 + within % 64] >>> (within < 64 ? 0 : 4) & 15;
                    int high = in[at + 128 + part * 32 + within % 32] >>> (2 * (within / 32)) & 3;
                    out[to + i] = scale * in[at + 192 + i / 16] * ((low | high << 4) - 32);
                }
            }
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException(dtype + " has no blocks");
        }
    }

    /** The first 16 elements are the low nibbles, the next 16 the high ones. */
    private static int nibble(byte[] in, int at, int i) {
        return in[at + i % 16] >>> (i < 16 ? 0 : 4) & 15;
    }

    /** Bit i of a 32-bit little-endian word. */
    private static int fifth(byte[] in, int at, int i) {
        return in[at + i / 8] >>> (i % 8) & 1;
    }

    private static int half64(byte[] in, int at, int i) {
        return in[at + i / 64 * 32 + i % 32] >>> (i % 64 < 32 ? 0 : 4) & 15;
    }

    /** {@code d * scale * value - dmin * minimum} with the six-bit scale and minimum of one of the 8 sub-blocks. */
    private static double affine(byte[] in, int at, int sub, int value) {
        int scales = at + 4;
        int scale;
        int minimum;
        if (sub < 4) {
            scale = in[scales + sub] & 63;
            minimum = in[scales + sub + 4] & 63;
        } else {
            scale = in[scales + sub + 4] & 15 | (in[scales + sub - 4] >>> 6 & 3) << 4;
            minimum = in[scales + sub + 4] >>> 4 & 15 | (in[scales + sub] >>> 6 & 3) << 4;
        }
        return half(in, at) * scale * value - half(in, at + 2) * minimum;
    }

    static double half(byte[] in, int at) {
        return NumberFormat.half(in[at] & 0xFF | (in[at + 1] & 0xFF) << 8);
    }

    static void putHalf(byte[] out, int at, double value) {
        long bits = NumberFormat.bitsOfReal(DType.F16, value);
        out[at] = (byte) bits;
        out[at + 1] = (byte) (bits >>> 8);
    }
}
