package dev.tenon.opencl;

import dev.tenon.error.NativeCallException;
import dev.tenon.spi.StreamEvent;
import org.jspecify.annotations.Nullable;
import org.lwjgl.opencl.CL10;

/** A point in a queue. Its OpenCL object is released as soon as the point is seen to be passed, or with its stream. */
final class OpenClEvent implements StreamEvent {
    private final Handles handles;
    private long event;
    private @Nullable NativeCallException failure;

    /** @param event the OpenCL event, or 0 for a point that is already passed */
    OpenClEvent(long event, Handles handles) {
        this.event = event == 0 ? 0 : handles.made(event);
        this.handles = handles;
    }

    @Override
    public synchronized boolean isDone() {
        if (event != 0) {
            int status = OpenClNative.status(event);
            if (status <= CL10.CL_COMPLETE) {
                failure = status < 0 ? OpenClNative.commandFailure(status) : null;
                release();
            }
        }
        return event == 0;
    }

    @Override
    public synchronized void synchronize() {
        if (event != 0) {
            OpenClNative.awaitEnd(event);
            isDone();
        }
        if (failure != null) {
            throw failure;
        }
    }

    /** How the work that it marks the end of failed, once it is seen to be passed. */
    synchronized @Nullable NativeCallException failure() {
        return failure;
    }

    /** Makes a queue wait for it. */
    synchronized void holdUp(long queue) {
        if (event != 0) {
            OpenClNative.barrier(queue, event);
        }
    }

    /** An event of another device's context that is passed when this is, or 0 if this is passed already. */
    synchronized long followedOn(OpenClDevice other) {
        return isDone() ? 0 : other.follow(event);
    }

    synchronized void release() {
        if (event != 0) {
            OpenClNative.releaseEvent(event);
            handles.released();
            event = 0;
        }
    }
}
