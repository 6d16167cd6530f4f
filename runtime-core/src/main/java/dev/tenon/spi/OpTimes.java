package dev.tenon.spi;

import dev.tenon.profile.Clock;

/**
 * When an operator ran.
 *
 * @param startNanos on {@link System#nanoTime}'s scale, whatever clock it was read from
 * @param endNanos on the same scale, not before the start
 * @param clock whose clock measured it
 */
public record OpTimes(long startNanos, long endNanos, Clock clock) {
    public long nanos() {
        return endNanos - startNanos;
    }
}
