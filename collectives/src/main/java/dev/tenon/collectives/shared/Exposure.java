package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import dev.tenon.error.RankFailedException;

/**
 * Lets other ranks into this one's memory, and keeps it from being freed while they are in. A rank that gives up a
 * collective withdraws its memory: it waits for those who are in, a copy's time at most, and lets nobody in any more.
 */
final class Exposure {
    private static final int WITHDRAWN = Integer.MIN_VALUE;

    private final Region region;
    private final int rank;
    private int entered;

    Exposure(Region region, int rank) {
        this.region = region;
        this.rank = rank;
    }

    /**
     * Enters every other rank's memory.
     *
     * @throws RankFailedException if one has withdrawn it
     */
    void enterAll(String op) {
        for (entered = 0; entered < region.ranks(); entered++) {
            if (entered != rank && !enter(region.users(entered))) {
                int gone = entered;
                exitAll();
                region.fail(gone, "gave up " + op);
                throw new RankFailedException(op, region.culprit() < 0 ? gone : region.culprit(), region.reason());
            }
        }
    }

    private static boolean enter(long users) {
        while (true) {
            int now = Memory.observeInt(users);
            if (now < 0) {
                return false;
            }
            if (Memory.compareAndSet(users, now, now + 1)) {
                return true;
            }
        }
    }

    /** Leaves those that were entered. */
    void exitAll() {
        for (int r = 0; r < entered; r++) {
            if (r != rank) {
                Memory.getAndAdd(region.users(r), -1);
            }
        }
        entered = 0;
    }

    void withdraw() {
        long users = region.users(rank);
        int now;
        do {
            now = Memory.observeInt(users);
        } while (now >= 0 && !Memory.compareAndSet(users, now, now | WITHDRAWN));
        while (Memory.observeInt(users) != WITHDRAWN) {
            Thread.yield();
        }
    }
}
