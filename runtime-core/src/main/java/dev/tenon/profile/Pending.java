package dev.tenon.profile;

import dev.tenon.op.Cost;
import dev.tenon.spi.OpTimes;
import dev.tenon.spi.OpTiming;
import org.jspecify.annotations.Nullable;

/**
 * An operator whose times are not known yet, with what is said of it once they are. The operator itself is not kept: that
 * would keep its tensors.
 *
 * @param event to commit; null where Flight Recorder does not want it
 * @param profile to add it to; null where there is none
 */
record Pending(
        OpTiming timing,
        String op,
        String operands,
        String device,
        Thread thread,
        Cost cost,
        @Nullable OpEvent event,
        @Nullable Profile profile) {
    /** Waits for the times and reports them. */
    void report() {
        OpTimes times = timing.resolve();
        if (event != null) {
            event.op = op;
            event.operands = operands;
            event.device = device;
            event.caller = thread;
            event.deviceTime = times.nanos();
            event.clock = times.clock().name();
            event.flops = cost.flops();
            event.bytes = cost.bytes();
            event.commit();
        }
        if (profile != null) {
            profile.add(new Profile.Span(
                    op,
                    operands,
                    device,
                    thread.getName(),
                    thread.threadId(),
                    times.startNanos(),
                    times.nanos(),
                    times.clock(),
                    cost));
        }
    }
}
