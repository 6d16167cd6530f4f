package dev.tenon;

import dev.tenon.profile.Profiler;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;

/**
 * A queue of work on a device, independent of the device's default one. Operators called inside {@link #run} go to it.
 */
public final class Stream implements AutoCloseable {
    private final Device device;
    private final BackendStream backend;

    Stream(Device device, BackendStream backend) {
        this.device = device;
        this.backend = backend;
    }

    public Device device() {
        return device;
    }

    BackendStream backend() {
        return backend;
    }

    /** Runs {@code body} with this stream as the thread's current one. */
    public void run(Runnable body) {
        ThreadState state = ThreadState.current();
        Stream outer = state.stream;
        state.stream = this;
        try {
            body.run();
        } finally {
            state.stream = outer;
        }
    }

    /** Marks this point of the queue. */
    public StreamEvent record() {
        return backend.record();
    }

    /** Makes later work here wait for a point of another stream of the same device. */
    public void waitFor(StreamEvent event) {
        backend.waitFor(event);
    }

    /** Waits until all work given so far is done, and throws its failure if it had one. */
    public void synchronize() {
        backend.synchronize();
        Profiler.settle();
        device.transfers().reap();
    }

    @Override
    public void close() {
        backend.close();
    }
}
