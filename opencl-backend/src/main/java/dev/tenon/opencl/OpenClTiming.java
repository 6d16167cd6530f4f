package dev.tenon.opencl;

import dev.tenon.error.NativeCallException;
import dev.tenon.profile.Clock;
import dev.tenon.spi.OpTimes;
import dev.tenon.spi.OpTiming;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lwjgl.opencl.CL10;

/** The times of one operator, from the events of its first and last kernel. The events are released when they are read. */
final class OpenClTiming implements OpTiming {
    private final Set<OpenClTiming> unread;
    private final Handles handles;
    private final long clockOffset;
    private long first;
    private long last;
    private @Nullable OpTimes times;
    private @Nullable NativeCallException failure;

    /** @param unread of its stream, which reads those that are left when it closes */
    OpenClTiming(Set<OpenClTiming> unread, Handles handles, long clockOffset) {
        this.unread = unread;
        this.handles = handles;
        this.clockOffset = clockOffset;
    }

    /** The next kernel's event, which is its own from here on. */
    synchronized void add(long event) {
        handles.made(event);
        if (first == 0) {
            first = event;
        } else {
            release(last);
        }
        last = event;
    }

    synchronized boolean isEmpty() {
        return first == 0;
    }

    @Override
    public synchronized boolean isDone() {
        return last == 0 || OpenClNative.status(last) <= CL10.CL_COMPLETE;
    }

    @Override
    public synchronized OpTimes resolve() {
        read();
        if (failure != null) {
            throw failure;
        }
        return Objects.requireNonNull(times);
    }

    /** Waits and reads the events, which are given back; a failure is for {@link #resolve}. */
    synchronized void read() {
        if (last == 0) {
            return;
        }
        try {
            OpenClNative.await(last);
            long start = OpenClNative.startNanos(first) + clockOffset;
            long end = OpenClNative.endNanos(last) + clockOffset;
            times = new OpTimes(start, Math.max(start, end), Clock.DEVICE);
        } catch (NativeCallException e) {
            failure = e;
        } finally {
            discard();
        }
    }

    /** Gives the events back without reading them. */
    synchronized void discard() {
        release(last);
        last = 0;
        if (first != 0) {
            OpenClNative.releaseEvent(first);
            handles.released();
            first = 0;
        }
        unread.remove(this);
    }

    /** The first one is kept: its start is to be read. */
    private void release(long event) {
        if (event != 0 && event != first) {
            OpenClNative.releaseEvent(event);
            handles.released();
        }
    }
}
