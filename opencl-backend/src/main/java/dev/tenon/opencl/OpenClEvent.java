package dev.tenon.opencl;

import dev.tenon.spi.StreamEvent;

/** A point in a queue. Its OpenCL object is released as soon as the point is seen to be passed, or with its stream. */
final class OpenClEvent implements StreamEvent {
    private final Handles handles;
    private long event;

    /** @param event the OpenCL event, or 0 for a point that is already passed */
    OpenClEvent(long event, Handles handles) {
        this.event = event == 0 ? 0 : handles.made(event);
        this.handles = handles;
    }

    @Override
    public synchronized boolean isDone() {
        if (event != 0 && OpenClNative.isComplete(event)) {
            release();
        }
        return event == 0;
    }

    @Override
    public synchronized void synchronize() {
        if (event != 0) {
            OpenClNative.await(event);
            release();
        }
    }

    /** Makes a queue wait for it. */
    synchronized void holdUp(long queue) {
        if (event != 0) {
            OpenClNative.barrier(queue, event);
        }
    }

    synchronized void release() {
        if (event != 0) {
            OpenClNative.releaseEvent(event);
            handles.released();
            event = 0;
        }
    }
}
