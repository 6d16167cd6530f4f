package dev.tenon.collectives.shared;

import dev.tenon.collectives.Memory;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.RankFailedException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for another rank's counter. First it spins, which answers within a tenth of a microsecond; then it lets others run,
 * since the rank that it waits for may need this core; then it sleeps, longer and longer, and looks after whether that
 * rank, and the group, still are.
 */
final class Waiter {
    /** About 20 us. With more ranks than cores a spinning rank keeps another from its work, so that it hardly spins. */
    private static final int SPINS = 1000;

    private static final int CROWDED_SPINS = 20;

    private static final long YIELD_NANOS = 300_000;
    private static final long FIRST_SLEEP_NANOS = 20_000;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000;
    private static final long LOOK_NANOS = 20_000_000;
    private static final long REPORT_NANOS = 2_000_000_000;

    private final Region region;
    private final int self;
    private final Liveness liveness;
    private final Duration timeout;
    private final int spins;

    Waiter(Region region, int self, Liveness liveness, Duration timeout) {
        this.region = region;
        this.self = self;
        this.liveness = liveness;
        this.timeout = timeout;
        this.spins = region.ranks() <= Runtime.getRuntime().availableProcessors() ? SPINS : CROWDED_SPINS;
    }

    /**
     * Returns once the counter at {@code address} is {@code least} or more.
     *
     * @param rank whose counter it is
     * @param op what to say that was waited in
     */
    void await(long address, long least, int rank, String op) {
        for (int i = 0; i < spins; i++) {
            if (Memory.observe(address) >= least) {
                return;
            }
            Thread.onSpinWait();
        }
        awaitLong(address, least, rank, op);
    }

    private void awaitLong(long address, long least, int rank, String op) {
        long start = System.nanoTime();
        long looked = start;
        long sleep = FIRST_SLEEP_NANOS;
        while (true) {
            // In this order: a rank that came and then left, or failed, did come.
            boolean left = region.hasLeft(rank);
            int culprit = region.culprit();
            if (Memory.observe(address) >= least) {
                return;
            }
            if (culprit >= 0) {
                throw failed(op);
            }
            if (left) {
                region.fail(rank, "has closed its communicator");
                throw failed(op);
            }
            long now = System.nanoTime();
            if (now - looked > LOOK_NANOS) {
                looked = now;
                Optional<String> gone = liveness.whyGone(rank);
                if (gone.isPresent() && Memory.observe(address) < least) {
                    region.fail(rank, gone.get());
                    throw failed(op);
                }
            }
            if (now - start > timeout.toNanos()) {
                region.fail(rank, "did not come to " + op + " within " + timeout.toMillis() + " ms, says rank " + self);
                throw new CollectiveTimeoutException(op, List.of(rank), timeout);
            }
            if (now - start < YIELD_NANOS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(sleep);
                sleep = Math.min(LONGEST_SLEEP_NANOS, sleep + sleep / 2);
            }
        }
    }

    /** Throws what makes the group unusable, if anything does. */
    void requireSound(String op) {
        if (region.culprit() >= 0) {
            throw failed(op);
        }
    }

    /** Throws if a rank is no more. One that left may well have done its part. */
    void requireAlive(String op) {
        for (int rank = 0; rank < region.ranks(); rank++) {
            if (rank != self && !region.hasLeft(rank)) {
                Optional<String> gone = liveness.whyGone(rank);
                if (gone.isPresent() && !region.hasLeft(rank)) {
                    region.fail(rank, gone.get());
                    throw failed(op);
                }
            }
        }
    }

    private CommunicatorException failed(String op) {
        // Whoever claims to report has yet to write the reason, and may not be running just now, or never again.
        long start = System.nanoTime();
        int culprit = region.culprit();
        while (culprit < 0 && System.nanoTime() - start < REPORT_NANOS) {
            LockSupport.parkNanos(FIRST_SLEEP_NANOS);
            culprit = region.culprit();
        }
        return culprit < 0
                ? new CommunicatorException(op + ": a rank failed while it reported another's failure")
                : new RankFailedException(op, culprit, region.reason());
    }
}
