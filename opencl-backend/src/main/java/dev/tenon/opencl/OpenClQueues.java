package dev.tenon.opencl;

/**
 * The queues of one stream: one that measures nothing, and one that does, opened when somebody first wants times, since
 * measuring is a property of a queue and costs. One of them is current. Work goes on in order where they change.
 */
final class OpenClQueues {
    private static final int CALIBRATIONS = 5;

    private final OpenClDevice device;
    private final Handles handles;
    private final long plain;
    private long timed;
    private volatile long current;
    private long clockOffset;

    OpenClQueues(OpenClDevice device, Handles handles) {
        this.device = device;
        this.handles = handles;
        plain = handles.made(device.createQueue(false));
        current = plain;
    }

    /** The one that work goes to now. */
    long current() {
        return current;
    }

    /** The one that measures nothing, current or not. */
    long unmeasured() {
        return plain;
    }

    boolean isMeasuring() {
        return current != plain;
    }

    /** Makes the one that measures nothing current. */
    long plain() {
        if (current != plain) {
            change(plain);
        }
        return plain;
    }

    /** Makes the measuring one current. */
    long timed() {
        if (current != timed) {
            if (timed == 0) {
                timed = handles.made(device.createQueue(true));
            }
            clockOffset = offset(timed);
            change(timed);
        }
        return timed;
    }

    /** What is to be added to the device's times, for {@link System#nanoTime}'s scale. */
    long clockOffset() {
        return clockOffset;
    }

    private void change(long to) {
        long event = OpenClNative.marker(current);
        try {
            // A queue that waits for another must not wait for commands that were never sent.
            OpenClNative.flush(current);
            OpenClNative.barrier(to, event);
        } finally {
            OpenClNative.releaseEvent(event);
        }
        current = to;
    }

    /**
     * Devices note by their own clock when a command was queued, which was during a call that the host's clock is read
     * before and after. The shortest of several such calls says best how far the two are apart.
     */
    private static long offset(long queue) {
        long shortest = Long.MAX_VALUE;
        long offset = 0;
        for (int i = 0; i < CALIBRATIONS; i++) {
            long before = System.nanoTime();
            long event = OpenClNative.marker(queue);
            long took = System.nanoTime() - before;
            try {
                OpenClNative.await(event);
                if (took < shortest) {
                    shortest = took;
                    offset = before + took / 2 - OpenClNative.queuedNanos(event);
                }
            } finally {
                OpenClNative.releaseEvent(event);
            }
        }
        return offset;
    }

    /** All work must be done. */
    void close() {
        release(plain);
        if (timed != 0) {
            release(timed);
        }
    }

    private void release(long queue) {
        OpenClNative.releaseQueue(queue);
        handles.released();
    }
}
