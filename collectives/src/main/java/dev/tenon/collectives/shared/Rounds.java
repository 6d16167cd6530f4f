package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;

/**
 * How the ranks of a group move together. In a round each rank writes to its slot for this round, posts, waits until all
 * have posted, and reads others' slots. Posting says, besides, that the reads of the round before are over: so a slot may be
 * written anew two rounds later, and two slots a rank are enough. Every collective is a number of rounds that all ranks
 * know.
 */
final class Rounds {
    private final Region region;
    private final int rank;
    private final Waiter waiter;
    private long round;

    Rounds(Region region, int rank, Waiter waiter) {
        this.region = region;
        this.rank = rank;
        this.waiter = waiter;
    }

    /** The round that the next {@link #post} begins: which slots to write to. */
    long next() {
        return round + 1;
    }

    /** The round that was posted last: which slots to read from after {@link #awaitAll}. */
    long current() {
        return round;
    }

    void post() {
        round++;
        Memory.publish(region.round(rank), round);
    }

    /** Waits until every rank has posted the current round. */
    void awaitAll(String op) {
        for (int i = 1; i < region.ranks(); i++) {
            int other = rank + i < region.ranks() ? rank + i : rank + i - region.ranks();
            waiter.await(region.round(other), round, other, op);
        }
    }
}
