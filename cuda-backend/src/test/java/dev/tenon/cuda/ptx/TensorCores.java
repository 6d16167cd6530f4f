package dev.tenon.cuda.ptx;

import static java.lang.Float.float16ToFloat;
import static java.lang.Float.intBitsToFloat;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * {@code mma.sync}, {@code ldmatrix} and {@code cp.async}, as the PTX ISA lays fragments out. Sums of exact products are rounded
 * towards zero after half of an instruction's terms, the worst that was measured of devices of compute capability 8.0.
 */
final class TensorCores {
    private static final int ROWS = 16;
    private static final int COLUMNS = 8;

    private TensorCores() {}

    /** Types of a product's operands. */
    enum Element {
        BF16,
        F16,
        TF32;

        /** Terms of an {@code mma.sync} of 16 rows and 8 columns. */
        int depth() {
            return this == TF32 ? 8 : 16;
        }

        /** Of an element in memory. */
        int bytes() {
            return this == TF32 ? 4 : 2;
        }

        float of(long word, int half) {
            return switch (this) {
                case BF16 -> intBitsToFloat((int) (word >> 16 * half) << 16);
                case F16 -> float16ToFloat((short) (word >> 16 * half));
                // The low 13 bits are not looked at.
                case TF32 -> intBitsToFloat((int) word & 0xFFFFE000);
            };
        }
    }

    /** {@code d = a b + c}; operands by the first slots of their registers. */
    static void multiply(Warp warp, int mask, Element type, int[] d, int[] a, int[] b, int[] c) {
        whole(mask);
        long[] r = warp.registers;
        int depth = type.depth();
        double[] left = new double[ROWS * depth];
        double[] right = new double[COLUMNS * depth];
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
            int group = lane / 4;
            int within = lane % 4;
            for (int i = 0; i < 4; i++) {
                int row = group + 8 * (i & 1);
                for (int half = 0; half < depth / 8; half++) {
                    int k = type == Element.TF32 ? within + 4 * (i >> 1) : 2 * within + half + 8 * (i >> 1);
                    left[row * depth + k] = type.of(r[a[i] + lane], half);
                }
            }
            for (int i = 0; i < 2; i++) {
                for (int half = 0; half < depth / 8; half++) {
                    int k = type == Element.TF32 ? within + 4 * i : 2 * within + half + 8 * i;
                    right[group * depth + k] = type.of(r[b[i] + lane], half);
                }
            }
        }
        long[] sums = new long[4 * Lanes.COUNT];
        for (int i = 0; i < 4; i++) {
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                int row = (lane / 4 + 8 * (i >> 1)) * depth;
                int column = (2 * (lane % 4) + (i & 1)) * depth;
                double sum = intBitsToFloat((int) r[c[i] + lane]);
                for (int step = 0; step < 2; step++) {
                    for (int k = step * depth / 2; k < (step + 1) * depth / 2; k++) {
                        sum += left[row + k] * right[column + k];
                    }
                    sum = towardZero(sum);
                }
                sums[i * Lanes.COUNT + lane] = Float.floatToRawIntBits((float) sum);
            }
        }
        // Last, since registers of d may be among those of c.
        for (int i = 0; i < 4; i++) {
            System.arraycopy(sums, i * Lanes.COUNT, r, d[i], Lanes.COUNT);
        }
    }

    static float towardZero(double value) {
        float near = (float) value;
        boolean farther = Math.abs((double) near) > Math.abs(value) && !Double.isInfinite(value);
        return farther ? near > 0 ? Math.nextDown(near) : Math.nextUp(near) : near;
    }

    /** {@code ldmatrix} of eight by eight elements of 16 bits: lanes 8 j to 8 j + 7 give the addresses of matrix j's rows. */
    static void loadMatrices(Warp warp, int mask, int[] to, int address, long offset, boolean transposed) {
        whole(mask);
        long[] r = warp.registers;
        int[][] rows = new int[8 * to.length][8];
        for (int lane = 0; lane < rows.length; lane++) {
            long at = r[address + lane] + offset & 0xFFFFFFFFL;
            Region region = Space.SHARED.region(warp, lane, at, 16);
            for (int i = 0; i < 8; i++) {
                rows[lane][i] =
                        region.content().get(ValueLayout.JAVA_SHORT_UNALIGNED, at - region.start() + 2 * i) & 0xFFFF;
            }
        }
        for (int j = 0; j < to.length; j++) {
            for (int lane = 0; lane < Lanes.COUNT; lane++) {
                int row = 8 * j + lane / 4;
                int pair = 2 * (lane % 4);
                r[to[j] + lane] = transposed
                        ? rows[8 * j + pair][lane / 4] | rows[8 * j + pair + 1][lane / 4] << 16
                        : rows[row][pair] | rows[row][pair + 1] << 16;
            }
        }
    }

    /** {@code cp.async}: so many bytes into shared memory, of which the source may have fewer. */
    static void copy(Warp warp, int mask, int to, long toOffset, int from, long fromOffset, int bytes, int fromBytes) {
        long[] r = warp.registers;
        for (int rest = mask; rest != 0; rest &= rest - 1) {
            int lane = Integer.numberOfTrailingZeros(rest);
            long target = r[to + lane] + toOffset & 0xFFFFFFFFL;
            Region into = Space.SHARED.region(warp, lane, target, bytes);
            int wanted = fromBytes < 0 ? bytes : (int) r[fromBytes + lane];
            if (wanted < 0 || wanted > bytes) {
                throw new Warp.LaneError(lane, wanted + " bytes of " + bytes);
            }
            long source = r[from + lane] + fromOffset;
            MemorySegment content = into.content();
            long start = source;
            if (wanted > 0) {
                Region of = Space.GLOBAL.region(warp, lane, source, 1);
                if (source % bytes != 0 || !of.holds(source, wanted)) {
                    throw new Warp.LaneError(lane, "%d bytes at 0x%x".formatted(wanted, source));
                }
                content = of.content();
                start = of.start();
            }
            warp.copies.add(new PendingCopies.Copy(
                    into.content(), target - into.start(), bytes, content, source - start, wanted));
        }
    }

    /** Instructions of a whole warp have no meaning for a part of it. */
    static void whole(int mask) {
        if (mask != -1) {
            throw new PtxError("only lanes %08x are at an instruction of the whole warp".formatted(mask));
        }
    }
}
