package dev.tenon;

import java.util.SplittableRandom;
import java.util.function.Consumer;

/** Runs a property on random values and says with which seed it failed. */
public final class Seeds {
    private Seeds() {}

    /** Seeds come one after another from the system property {@code tenon.seed}, so that a failure can be run again. */
    public static void each(int count, Consumer<SplittableRandom> property) {
        long first = Long.getLong("tenon.seed", 20260701);
        for (long seed = first; seed < first + count; seed++) {
            try {
                property.accept(new SplittableRandom(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("fails with -Dtenon.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** Up to {@code rank} sizes, each up to {@code largest}, 0 and 1 often among them. */
    public static long[] sizes(SplittableRandom random, int rank, int largest) {
        long[] sizes = new long[random.nextInt(rank + 1)];
        for (int i = 0; i < sizes.length; i++) {
            sizes[i] = random.nextInt(4) == 0 ? 1 : random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(largest);
        }
        return sizes;
    }
}
