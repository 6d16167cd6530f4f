package dev.tenon.opencl;

import java.util.concurrent.atomic.AtomicLong;

/** How many of a device's OpenCL objects are alive: all must be released when it is closed. */
final class Handles {
    private final AtomicLong alive = new AtomicLong();

    long made(long handle) {
        alive.incrementAndGet();
        return handle;
    }

    void released() {
        alive.decrementAndGet();
    }

    long alive() {
        return alive.get();
    }
}
