package dev.tenon.collectives.nccl;

import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for NCCL and the device, and meanwhile looks after the other ranks. */
final class NcclWait {
    /** A collective between devices takes some ten microseconds at least; who waits that long may as well be quick to notice. */
    private static final long SPIN_NANOS = 50_000;

    private static final long YIELD_NANOS = 1_000_000;
    private static final long SLEEP_NANOS = 50_000;
    private static final long LOOK_NANOS = 5_000_000;

    private NcclWait() {}

    /**
     * Returns once {@code done} says so.
     *
     * @param control knows if a rank fails
     * @param look is called now and then, to find failures of its own
     * @throws CollectiveTimeoutException after {@code timeout}
     */
    static void until(BooleanSupplier done, String op, Transport control, Runnable look, Duration timeout) {
        long start = System.nanoTime();
        long looked = start;
        while (!done.getAsBoolean()) {
            long now = System.nanoTime();
            if (now - looked > LOOK_NANOS) {
                looked = now;
                control.requireSound(op);
                look.run();
                if (now - start > timeout.toNanos()) {
                    throw new CollectiveTimeoutException(op, List.of(), timeout);
                }
            }
            if (now - start < SPIN_NANOS) {
                Thread.onSpinWait();
            } else if (now - start < YIELD_NANOS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(SLEEP_NANOS);
            }
        }
    }
}
