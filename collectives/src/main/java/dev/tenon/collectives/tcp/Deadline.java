package dev.tenon.collectives.tcp;

import java.time.Duration;

/** When ranks that meet must have met. */
final class Deadline {
    private final Duration timeout;
    private final long end;

    Deadline(Duration timeout) {
        this.timeout = timeout;
        this.end = System.nanoTime() + timeout.toNanos();
    }

    Duration timeout() {
        return timeout;
    }

    boolean isOver() {
        return System.nanoTime() - end >= 0;
    }

    /** What is left, from 1 to {@code most}: for calls that take 0 for no limit. */
    int millis(int most) {
        return Math.clamp((end - System.nanoTime()) / 1_000_000, 1, most);
    }
}
