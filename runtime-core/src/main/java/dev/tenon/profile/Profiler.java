package dev.tenon.profile;

import dev.tenon.Descriptions;
import dev.tenon.op.Cost;
import dev.tenon.op.Op;
import dev.tenon.spi.OpTiming;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Where the runtime reports operators: to Flight Recorder, and to the open {@link Profile} if there is one. An operator
 * whose device has not run it yet waits in a queue, from which later calls take those that are done.
 */
public final class Profiler {
    private static final AtomicReference<@Nullable Profile> ACTIVE = new AtomicReference<>();
    private static final ConcurrentLinkedQueue<Pending> PENDING = new ConcurrentLinkedQueue<>();
    private static final ReentrantLock REPORTING = new ReentrantLock();

    private Profiler() {}

    /** Whether a profile is being taken. */
    public static boolean isActive() {
        return ACTIVE.getPlain() != null;
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
        event.begin();
        return event;
    }

    /** Ends the call of an operator, whose times may be yet to come. */
    public static void end(OpEvent event, String device, Op op, OpTiming timing) {
        event.end();
        Profile profile = ACTIVE.get();
        boolean wanted = event.shouldCommit();
        if (wanted) {
            ChunkEnd.register();
        }
        String choice = timing.choice();
        PENDING.add(new Pending(
                timing,
                op.name(),
                choice.isEmpty() ? Descriptions.of(op) : Descriptions.of(op) + " by " + choice,
                device,
                Thread.currentThread(),
                Cost.of(op),
                wanted ? event : null,
                profile));
        settle();
    }

    /**
     * Reports the operators that are done by now, without waiting.
     *
     * @throws dev.tenon.error.TenonException if one of them failed on its device
     */
    public static void settle() {
        if (!PENDING.isEmpty() && REPORTING.tryLock()) {
            try {
                for (Pending next = PENDING.peek();
                        next != null && next.timing().isDone();
                        next = PENDING.peek()) {
                    PENDING.remove();
                    next.report();
                }
            } finally {
                REPORTING.unlock();
            }
        }
    }

    /** Waits for all operators that were called so far, and reports them. */
    static void await() {
        REPORTING.lock();
        try {
            // Other threads may add to it meanwhile: those are not waited for.
            for (int left = PENDING.size(); left > 0; left--) {
                PENDING.remove().report();
            }
        } finally {
            REPORTING.unlock();
        }
    }
}
