package dev.tenon.collectives.reduce;

import dev.tenon.DType;
import dev.tenon.collectives.Memory;

/**
 * The mean of I32 and I64: of the exact sum, which may be wider than any of Java's types, rounded towards zero as Java and C divide.
 * So a mean always lies between the smallest and the largest, and fits.
 *
 * <p>Libraries differ: MPI has no mean, PyTorch refuses that of integers, NCCL divides a sum that has wrapped. Sums of integers wrap
 * here too, since that is what they do everywhere; but a mean that has wrapped is of no use to anyone.
 */
record IntegerMeanReducer(DType type) implements TileReducer {
    @Override
    public void combine(long[] sources, long offset, int n, long out, long scratch) {
        // One element at a time: nobody averages many integers, and processors have no vectors' division.
        if (type == DType.I32) {
            for (int i = 0; i < n; i++) {
                Memory.setInt(out + 4L * i, ofInts(sources, offset + 4L * i));
            }
        } else {
            for (int i = 0; i < n; i++) {
                Memory.setLong(out + 8L * i, ofLongs(sources, offset + 8L * i));
            }
        }
    }

    private static int ofInts(long[] sources, long at) {
        long sum = 0;
        for (long source : sources) {
            sum += Memory.getInt(source + at);
        }
        return (int) (sum / sources.length);
    }

    /** By quotients and remainders, whose sums cannot overflow: the sum is {@code ranks * quotients + remainders}. */
    private static long ofLongs(long[] sources, long at) {
        int ranks = sources.length;
        long quotients = 0;
        long remainders = 0;
        for (long source : sources) {
            long x = Memory.getLong(source + at);
            quotients += x / ranks;
            remainders += x % ranks;
        }
        long mean = quotients + remainders / ranks;
        long rest = remainders % ranks;
        // What is left over has another sign than the rest: then the sum lies nearer to zero.
        return mean > 0 && rest < 0 ? mean - 1 : mean < 0 && rest > 0 ? mean + 1 : mean;
    }
}
