package dev.tenon.conformance.reference;

import dev.tenon.DType;

/**
 * Numbers to blocks. The simple types are exactly defined, step by step in F32, as ggml's reference quantizers define
 * them; for the K types this is one admissible choice of scales (extremes of each sub-block, no search).
 */
final class BlockQuantizer {
    private BlockQuantizer() {}

    /** Whether {@code dev.tenon.op.Quantize} defines the type's blocks bit for bit. */
    static boolean isExact(DType dtype) {
        return dtype.blockSize() == 32;
    }

    static byte[] quantize(DType dtype, double[] values) {
        int size = dtype.blockSize();
        byte[] out = new byte[values.length / size * dtype.blockBytes()];
        for (int i = 0; i < values.length / size; i++) {
            float[] block = new float[size];
            for (int j = 0; j < size; j++) {
                block[j] = (float) values[i * size + j];
            }
            quantize(dtype, block, out, i * dtype.blockBytes());
        }
        return out;
    }

    private static void quantize(DType dtype, float[] x, byte[] out, int at) {
        switch (dtype) {
            case Q8_0 -> signedBytes(x, out, at);
            case Q4_0 -> offset(x, out, at, 8);
            case Q5_0 -> offset(x, out, at, 16);
            case Q4_1 -> affine(x, out, at, 15);
            case Q5_1 -> affine(x, out, at, 31);
            case Q4_K -> subBlocks(x, out, at, 15);
            case Q5_K -> subBlocks(x, out, at, 31);
            case Q6_K -> sixBits(x, out, at);
            case F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL ->
                throw new IllegalArgumentException(dtype + " has no blocks");
        }
    }

    private static void signedBytes(float[] x, byte[] out, int at) {
        float largest = 0;
        for (float value : x) {
            largest = Math.max(largest, Math.abs(value));
        }
        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        Blocks.putHalf(out, at, scale);
        for (int i = 0; i < 32; i++) {
            float scaled = x[i] * inverse;
            // C's roundf: halves away from zero.
            out[at + 2 + i] = (byte) Math.copySign(Math.floor(Math.abs((double) scaled) + 0.5), scaled);
        }
    }

    /** Q4_0 and Q5_0: the element of largest magnitude becomes {@code -zero}. */
    private static void offset(float[] x, byte[] out, int at, int zero) {
        float extreme = 0;
        for (float value : x) {
            if (Math.abs(value) > Math.abs(extreme)) {
                extreme = value;
            }
        }
        float scale = extreme / -zero;
        float inverse = scale == 0 ? 0 : 1 / scale;
        Blocks.putHalf(out, at, scale);
        int[] q = new int[32];
        for (int i = 0; i < 32; i++) {
            float scaled = x[i] * inverse;
            q[i] = Math.min(2 * zero - 1, (int) (scaled + (zero + 0.5f)));
        }
        pack(q, out, at + 2, zero == 16);
    }

    /** Q4_1 and Q5_1: the extremes become 0 and {@code top}. */
    private static void affine(float[] x, byte[] out, int at, int top) {
        float low = Float.POSITIVE_INFINITY;
        float high = Float.NEGATIVE_INFINITY;
        for (float value : x) {
            low = Math.min(low, value);
            high = Math.max(high, value);
        }
        float scale = (high - low) / top;
        float inverse = scale == 0 ? 0 : 1 / scale;
        Blocks.putHalf(out, at, scale);
        Blocks.putHalf(out, at + 2, low);
        int[] q = new int[32];
        for (int i = 0; i < 32; i++) {
            float scaled = (x[i] - low) * inverse;
            q[i] = Math.min(top, (int) (scaled + 0.5f));
        }
        pack(q, out, at + 4, top == 31);
    }

    private static void pack(int[] q, byte[] out, int at, boolean fifthBits) {
        int nibbles = fifthBits ? at + 4 : at;
        for (int i = 0; i < 16; i++) {
            out[nibbles + i] = (byte) (q[i] & 15 | (q[i + 16] & 15) << 4);
        }
        if (fifthBits) {
            for (int i = 0; i < 32; i++) {
                out[at + i / 8] |= (byte) ((q[i] >>> 4 & 1) << (i % 8));
            }
        }
    }

    /** Q4_K and Q5_K: 8 sub-blocks of 32 with six-bit scales and minimums. */
    private static void subBlocks(float[] x, byte[] out, int at, int top) {
        double[] scales = new double[8];
        double[] minimums = new double[8];
        double largestScale = 0;
        double largestMinimum = 0;
        for (int sub = 0; sub < 8; sub++) {
            double low = 0;
            double high = 0;
            for (int i = 0; i < 32; i++) {
                low = Math.min(low, x[32 * sub + i]);
                high = Math.max(high, x[32 * sub + i]);
            }
            scales[sub] = (high - low) / top;
            minimums[sub] = -low;
            largestScale = Math.max(largestScale, scales[sub]);
            largestMinimum = Math.max(largestMinimum, -low);
        }
        Blocks.putHalf(out, at, largestScale / 63);
        Blocks.putHalf(out, at + 2, largestMinimum / 63);
        double d = Blocks.half(out, at);
        double dMinimum = Blocks.half(out, at + 2);
        for (int sub = 0; sub < 8; sub++) {
            int scale = level(scales[sub], d, 63);
            int minimum = level(minimums[sub], dMinimum, 63);
            putScales(out, at + 4, sub, scale, minimum);
            for (int i = 0; i < 32; i++) {
                int q = level(x[32 * sub + i] + dMinimum * minimum, d * scale, top);
                int quants = at + (top == 31 ? 48 : 16) + sub / 2 * 32 + i;
                out[quants] |= (byte) ((q & 15) << (sub % 2 == 0 ? 0 : 4));
                if (top == 31) {
                    out[at + 16 + i] |= (byte) (q >>> 4 << sub);
                }
            }
        }
    }

    private static void putScales(byte[] out, int at, int sub, int scale, int minimum) {
        if (sub < 4) {
            out[at + sub] |= (byte) scale;
            out[at + sub + 4] |= (byte) minimum;
        } else {
            out[at + sub + 4] |= (byte) (scale & 15 | (minimum & 15) << 4);
            out[at + sub - 4] |= (byte) (scale >>> 4 << 6);
            out[at + sub] |= (byte) (minimum >>> 4 << 6);
        }
    }

    /** Q6_K: 16 sub-blocks of 16 with eight-bit scales. */
    private static void sixBits(float[] x, byte[] out, int at) {
        double[] largest = new double[16];
        double most = 0;
        for (int i = 0; i < 256; i++) {
            largest[i / 16] = Math.max(largest[i / 16], Math.abs(x[i]));
            most = Math.max(most, largest[i / 16]);
        }
        Blocks.putHalf(out, at + 208, most / 31 / 127);
        double d = Blocks.half(out, at + 208);
        for (int i = 0; i < 256; i++) {
            int scale = level(largest[i / 16] / 31, d, 127);
            out[at + 192 + i / 16] = (byte) scale;
            int q = scale == 0 ? 32 : (int) Math.max(0, Math.min(63, Math.rint(x[i] / (d * scale)) + 32));
            int part = i / 128;
            int within = i % 128;
            out[at + part * 64 + within % 64] |= (byte) ((q & 15) << (within < 64 ? 0 : 4));
            out[at + 128 + part * 32 + within % 32] |= (byte) (q >>> 4 << (2 * (within / 32)));
        }
    }

    private static int level(double value, double step, int top) {
        return step == 0 ? 0 : (int) Math.max(0, Math.min(top, Math.rint(value / step)));
    }
}
