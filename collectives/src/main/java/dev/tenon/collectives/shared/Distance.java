package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * How far the ranks' cores are from each other: whether they share a cache. It is measured, since a virtual machine's cores need
 * not be where it says, and move while it runs: on the machine of docs/collectives.md a line takes 50 ns to the other core, or
 * 250, or 750, and for seconds stays at it.
 *
 * <p>From a cache to the core of another one lines go one after another at 1.7 GB/s; through memory, past the caches, the same
 * exchange runs at five to seven times that. Between cores of one cache it is the other way round, at half the difference.
 */
final class Distance {
    /** All ranks have moved so many bytes since they last measured: every few milliseconds at the most. */
    private static final long EVERY = 32 << 20;

    /** Bytes that a rank writes, and the others read from its cache. */
    private static final int SAMPLE = 32 << 10;

    /** A rank's slots, for even and odd rounds: so many tries only bring them to the others' caches. */
    private static final int SLOTS = 2;

    /** Two that are timed tell the rate from an interruption. */
    private static final int TRIES = SLOTS + 2;

    /**
     * Bytes a nanosecond, GB/s. Lines that another core has read are written at 5 to 10 if it shares a cache, and at 1 to 3
     * otherwise; at 35 to 55 where the ranks share a core.
     */
    private static final double FAR = 4;

    /** {@code near} or {@code far}, for tests and measurements: whatever is measured then, this counts. */
    private static final String PROPERTY = "tenon.collectives.distance";

    private final Region region;
    private final Rounds rounds;
    private final int rank;
    private final int ranks;
    private final MemorySegment sample = Arena.ofAuto().allocate(SAMPLE, 64);
    private final String fixed = System.getProperty(PROPERTY, "");
    private long moved = EVERY;
    private boolean far;

    Distance(Region region, Rounds rounds, int rank) {
        this.region = region;
        this.rounds = rounds;
        this.rank = rank;
        this.ranks = region.ranks();
    }

    /**
     * Whether others' cores share no cache with this one. Some rounds are spent on it now and then: all ranks call it at the same
     * point of a collective.
     *
     * @param bytes of the collective; the same on all ranks
     */
    boolean isFar(long bytes, String op) {
        if (moved >= EVERY && ranks > 1) {
            moved = 0;
            measure(op);
        }
        moved += bytes;
        return fixed.isEmpty() ? far : fixed.equals("far");
    }

    /** Writes over what the others have just read: that takes the lines from their caches. */
    private void measure(String op) {
        long best = Long.MAX_VALUE;
        for (int i = 0; i < TRIES; i++) {
            long start = System.nanoTime();
            Memory.copy(sample.address(), region.posted(rank, rounds.next()), SAMPLE);
            if (i >= SLOTS) {
                best = Math.min(best, System.nanoTime() - start);
            }
            rounds.post();
            rounds.awaitAll(op);
            for (int r = 0; r < ranks; r++) {
                if (r != rank) {
                    Memory.copy(region.posted(r, rounds.current()), sample.address(), SAMPLE);
                }
            }
        }
        far = (double) SAMPLE / best < FAR;
    }
}
