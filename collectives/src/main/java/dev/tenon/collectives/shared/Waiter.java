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

    private static final int FEW_SPINS = 20;

    /** After spinning in vain a rank hardly spins, but for every so many times. */
    private static final int RETRY = 16;

    private static final long YIELD_NANOS = 300_000;

    /** Letting others run takes longer if there are any on this core. */
    private static final long SWITCH_NANOS = 1_500;

    /** So often in a row, and this rank sleeps: when it wakes, the system looks for a free core for it, and not before. */
    private static final int SWITCHES = 4;

    private static final long FIRST_SLEEP_NANOS = 20_000;
    private static final long LONGEST_SLEEP_NANOS = 1_000_000;
    private static final long LOOK_NANOS = 20_000_000;
    private static final long REPORT_NANOS = 2_000_000_000;

    private final Region region;
    private final int self;
    private final Liveness liveness;
    private final Duration timeout;
    private final int spins;
    /** How often spinning has led to nothing, in a row. The rank that is waited for may be queued for this very core. */
    private int inVain;

    private int switches;

    Waiter(Region region, int self, Liveness liveness, Duration timeout) {
        this.region = region;
        this.self = self;
        this.liveness = liveness;
        this.timeout = timeout;
        this.spins = region.ranks() <= Runtime.getRuntime().availableProcessors() ? SPINS : FEW_SPINS;
    }

    /**
     * Returns once the counter at {@code address} is {@code least} or more.
     *
     * @param rank whose counter it is
     * @param op what to say that was waited in
     */
    void await(long address, long least, int rank, String op) {
        int most = inVain % RETRY == 0 ? spins : FEW_SPINS;
        for (int i = 0; i < most; i++) {
            if (Memory.observe(address) >= least) {
                // Who had come before says nothing of who waits: two ranks that share a core find each other so, half
                // the time.
                if (i > 0) {
                    inVain = 0;
                    switches = 0;
                }
                return;
            }
            Thread.onSpinWait();
        }
        inVain++;
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
                leaveSharedCore(System.nanoTime() - now);
            } else {
                LockSupport.parkNanos(sleep);
                sleep = Math.min(LONGEST_SLEEP_NANOS, sleep + sleep / 2);
            }
        }
    }

    /** Two ranks that share a core while another is free may else do so for tens of milliseconds. */
    private void leaveSharedCore(long yielded) {
        if (spins == SPINS && yielded > SWITCH_NANOS && ++switches == SWITCHES) {
            switches = 0;
            LockSupport.parkNanos(FIRST_SLEEP_NANOS);
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
