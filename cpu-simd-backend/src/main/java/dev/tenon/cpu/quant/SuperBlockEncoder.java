package dev.tenon.cpu.quant;

import static dev.tenon.cpu.OffHeap.getByte;
import static dev.tenon.cpu.OffHeap.getFloat;
import static dev.tenon.cpu.OffHeap.setByte;
import static dev.tenon.cpu.OffHeap.setShort;

/**
 * Encoders of the 256-element types. A sub-block's scale and minimum are found by trying scales around the range's and
 * solving least squares for the values that each gives; scales are then rounded to their own few bits and the values taken
 * once more from the rounded ones.
 */
final class SuperBlockEncoder {
    private static final int SIZE = 256;
    private static final int SUB = 32;

    private SuperBlockEncoder() {}

    static void encodeQ4(long in, long out) {
        clear(out, 144);
        WithMinimum fit = new WithMinimum(in, 15);
        fit.storeScales(in, out);
        for (int i = 0; i < SIZE; i++) {
            int j = i / SUB;
            long at = out + SuperBlocks.Q4_VALUES + SUB * (j / 2) + i % SUB;
            setByte(at, (byte) (getByte(at) | fit.value(out, in, i) << (j & 1) * 4));
        }
    }

    static void encodeQ5(long in, long out) {
        clear(out, 176);
        WithMinimum fit = new WithMinimum(in, 31);
        fit.storeScales(in, out);
        for (int i = 0; i < SIZE; i++) {
            int j = i / SUB;
            int q = fit.value(out, in, i);
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

    /** Scales and minimums of eight sub-blocks: {@code x = scale q - minimum}. */
    private static final class WithMinimum {
        private final int top;
        private final float[] scales = new float[8];
        private final float[] minimums = new float[8];
        /** The root mean square of the sub-block at hand. */
        private double spread;

        WithMinimum(long in, int top) {
            this.top = top;
            for (int j = 0; j < 8; j++) {
                fit(in + 4L * SUB * j, j);
            }
        }

        private void fit(long in, int j) {
            spread = spread(in);
            float least = 0;
            float most = getFloat(in);
            for (int i = 0; i < SUB; i++) {
                least = Math.min(least, getFloat(in + 4L * i));
                most = Math.max(most, getFloat(in + 4L * i));
            }
            if (most <= least) {
                minimums[j] = -least;
                return;
            }
            double best = Double.MAX_VALUE;
            for (int trial = -5; trial <= 5; trial++) {
                float inverse = (top + 0.1f * trial) / (most - least);
                double best0 = tryScale(in, j, least, inverse, best);
                best = Math.min(best, best0);
            }
        }

        /** Least squares for scale and minimum given the values that {@code inverse} rounds to; large elements weigh more. */
        private double tryScale(long in, int j, float least, float inverse, double best) {
            double w1 = 0;
            double q1 = 0;
            double q2 = 0;
            double x1 = 0;
            double xq = 0;
            double x2 = 0;
            for (int i = 0; i < SUB; i++) {
                double x = getFloat(in + 4L * i);
                double w = weight(x);
                int q = Math.clamp(Math.round((getFloat(in + 4L * i) - least) * inverse), 0, top);
                w1 += w;
                q1 += w * q;
                q2 += w * q * q;
                x1 += w * x;
                xq += w * x * q;
                x2 += w * x * x;
            }
            double determinant = w1 * q2 - q1 * q1;
            double scale = determinant > 0 ? (w1 * xq - x1 * q1) / determinant : 0;
            double offset = determinant > 0 ? (q2 * x1 - q1 * xq) / determinant : least;
            if (offset > 0 || determinant <= 0) {
                offset = 0;
                scale = q2 > 0 ? xq / q2 : 0;
            }
            double error = x2
                    + scale * scale * q2
                    + w1 * offset * offset
                    - 2 * scale * xq
                    - 2 * offset * x1
                    + 2 * scale * offset * q1;
            if (scale > 0 && error < best) {
                scales[j] = (float) scale;
                minimums[j] = (float) -offset;
                return error;
            }
            return best;
        }

        /** The root mean square and as much again for an element of that size. */
        private double weight(double x) {
            return spread + Math.abs(x);
        }

        void storeScales(long in, long out) {
            setUnit(out, largest(scales), 63);
            setUnit(out + 2, largest(minimums), 63);
            float scale = SmallBlocks.half(out);
            float minimum = SmallBlocks.half(out + 2);
            for (int j = 0; j < 8; j++) {
                int codes = codes(in, j, scale, minimum);
                int s = codes & 63;
                int m = codes >> 8;
                long at = out + SuperBlocks.SCALES;
                if (j < 4) {
                    setByte(at + j, (byte) s);
                    setByte(at + j + 4, (byte) m);
                } else {
                    setByte(at + j + 4, (byte) (s & 15 | (m & 15) << 4));
                    setByte(at + j - 4, (byte) (getByte(at + j - 4) | s >> 4 << 6));
                    setByte(at + j, (byte) (getByte(at + j) | m >> 4 << 6));
                }
            }
        }

        private static float largest(float[] values) {
            float largest = 0;
            for (float value : values) {
                largest = Math.max(largest, value);
            }
            return largest;
        }

        /** The pair of six-bit codes next to the fitted scale and minimum that loses least; scale in the low byte. */
        private int codes(long in, int j, float unit, float minimumUnit) {
            int nearScale = unit == 0 ? 0 : Math.min(63, (int) (scales[j] / unit));
            int nearMinimum = minimumUnit == 0 ? 0 : Math.min(63, (int) (minimums[j] / minimumUnit));
            int best = 0;
            double least = Double.MAX_VALUE;
            for (int s = nearScale; s <= Math.min(63, nearScale + 1); s++) {
                for (int m = nearMinimum; m <= Math.min(63, nearMinimum + 1); m++) {
                    double error = error(in + 4L * SUB * j, unit * s, minimumUnit * m);
                    if (error < least) {
                        least = error;
                        best = s | m << 8;
                    }
                }
            }
            return best;
        }

        private double error(long in, float scale, float minimum) {
            spread = spread(in);
            double error = 0;
            for (int i = 0; i < SUB; i++) {
                float x = getFloat(in + 4L * i);
                double lost = x - (scale * (double) nearest(x, scale, minimum) - minimum);
                error += weight(x) * lost * lost;
            }
            return error;
        }

        private static double spread(long in) {
            double squares = 0;
            for (int i = 0; i < SUB; i++) {
                double x = getFloat(in + 4L * i);
                squares += x * x;
            }
            return Math.sqrt(squares / SUB);
        }

        private int nearest(float x, float scale, float minimum) {
            return scale == 0 ? 0 : Math.clamp(Math.round((x + minimum) / scale), 0, top);
        }

        /** Element {@code i} under the scales as stored. */
        int value(long out, long in, int i) {
            int j = i / SUB;
            float scale = SmallBlocks.half(out) * SuperBlocks.scale(out + SuperBlocks.SCALES, j);
            float minimum = SmallBlocks.half(out + 2) * SuperBlocks.minimum(out + SuperBlocks.SCALES, j);
            return nearest(getFloat(in + 4L * i), scale, minimum);
        }
    }

    /**
     * Stores {@code largest / codes} as F16, the next number up in magnitude where the nearest would leave the largest
     * beyond the codes; that happens to small numbers, of which F16 has few.
     */
    private static void setUnit(long address, float largest, int codes) {
        short unit = Float.floatToFloat16(largest / codes);
        if (Math.abs(largest) > (codes + 0.5f) * Math.abs(Float.float16ToFloat(unit))) {
            unit++;
        }
        setShort(address, unit);
    }

    static void encodeQ6(long in, long out) {
        clear(out, 210);
        float[] scales = new float[16];
        float extreme = 0;
        for (int j = 0; j < 16; j++) {
            scales[j] = signedScale(in + 64L * j);
            if (Math.abs(scales[j]) > Math.abs(extreme)) {
                extreme = scales[j];
            }
        }
        setUnit(out + SuperBlocks.Q6_SCALE, -extreme, 128);
        float stored = SmallBlocks.half(out + SuperBlocks.Q6_SCALE);
        for (int j = 0; j < 16; j++) {
            int s = stored == 0 ? 0 : Math.clamp(Math.round(scales[j] / stored), -128, 127);
            setByte(out + SuperBlocks.Q6_SCALES + j, (byte) s);
        }
        for (int i = 0; i < SIZE; i++) {
            int half = i / 128;
            int group = i % 128 / 32;
            int l = i % 32;
            float d = stored * getByte(out + SuperBlocks.Q6_SCALES + i / 16);
            int q = d == 0 ? 32 : Math.clamp(Math.round(getFloat(in + 4L * i) / d), -32, 31) + 32;
            long low = out + 64L * half + 32L * (group & 1) + l;
            setByte(low, (byte) (getByte(low) | (q & 15) << (group >> 1 << 2)));
            long high = out + SuperBlocks.Q6_HIGH + 32L * half + l;
            setByte(high, (byte) (getByte(high) | q >> 4 << 2 * group));
        }
    }

    /** The scale of 16 elements in six-bit values: the one with the least squared error of a few around the extreme's. */
    private static float signedScale(long in) {
        float extreme = 0;
        for (int i = 0; i < 16; i++) {
            float x = getFloat(in + 4L * i);
            if (Math.abs(x) > Math.abs(extreme)) {
                extreme = x;
            }
        }
        if (extreme == 0) {
            return 0;
        }
        float best = 0;
        double bestGain = -1;
        for (int trial = -9; trial <= 9; trial++) {
            float inverse = -(32 + 0.1f * trial) / extreme;
            double xq = 0;
            double q2 = 0;
            for (int i = 0; i < 16; i++) {
                float x = getFloat(in + 4L * i);
                int q = Math.clamp(Math.round(x * inverse), -32, 31);
                xq += (double) x * q;
                q2 += (double) q * q;
            }
            // With the best scale xq / q2 the squared error falls by xq^2 / q2.
            if (q2 > 0 && xq * xq / q2 > bestGain) {
                bestGain = xq * xq / q2;
                best = (float) (xq / q2);
            }
        }
        return best;
    }
}
