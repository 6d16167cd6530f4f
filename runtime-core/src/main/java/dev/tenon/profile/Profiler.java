package dev.tenon.profile;

import dev.tenon.Descriptions;
import dev.tenon.op.Cost;
import dev.tenon.op.Op;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Where the runtime reports operators: to Flight Recorder, and to the open {@link Profile} if there is one. */
public final class Profiler {
    private static final AtomicReference<@Nullable Profile> ACTIVE = new AtomicReference<>();

    private Profiler() {}

    /** Whether a profile is being taken. */
    public static boolean isActive() {
        return ACTIVE.getPlain() != null;
    }

    /** Whether each operator is to be waited for, so that its duration is that of its work. */
    public static boolean synchronizes() {
        return isActive();
    }

    static boolean activate(Profile profile) {
        return ACTIVE.compareAndSet(null, profile);
    }

    static void deactivate(Profile profile) {
        ACTIVE.compareAndSet(profile, null);
    }

    /** Starts an operator's event; null, at no cost, when nobody records. */
    public static @Nullable OpEvent begin() {
        OpEvent event = new OpEvent();
        if (!event.isEnabled() && !isActive()) {
            return null;
        }
        event.startNanos = System.nanoTime();
        event.begin();
        return event;
    }

    /** Ends an operator's event. */
    public static void end(OpEvent event, String device, Op op) {
        event.end();
        long nanos = System.nanoTime() - event.startNanos;
        Profile profile = ACTIVE.get();
        if (profile == null && !event.shouldCommit()) {
            return;
        }
        Cost cost = Cost.of(op);
        event.op = op.name();
        event.operands = Descriptions.of(op);
        event.device = device;
        event.flops = cost.flops();
        event.bytes = cost.bytes();
        event.commit();
        if (profile != null) {
            profile.add(new Profile.Span(
                    op.name(),
                    event.operands,
                    device,
                    Thread.currentThread().getName(),
                    Thread.currentThread().threadId(),
                    event.startNanos,
                    nanos,
                    cost));
        }
    }
}
