package dev.tenon.profile;

import java.util.concurrent.atomic.AtomicBoolean;
import jdk.jfr.Category;
import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Period;
import jdk.jfr.StackTrace;

/**
 * The last moment at which a recording takes events: Flight Recorder calls back for an event of this type, which is never
 * written. Operators that devices have not run by then are waited for, so that a recording that stops has all that were
 * called while it was on.
 */
@Name("dev.tenon.ChunkEnd")
@Label("Tenon end of chunk")
@Category("Tenon")
@Period("endChunk")
@StackTrace(false)
final class ChunkEnd extends Event {
    private static final AtomicBoolean REGISTERED = new AtomicBoolean();

    private ChunkEnd() {}

    /** Once a process, and not before the first event: this starts Flight Recorder. */
    static void register() {
        if (!REGISTERED.getPlain() && REGISTERED.compareAndSet(false, true)) {
            FlightRecorder.addPeriodicEvent(ChunkEnd.class, Profiler::await);
        }
    }
}
