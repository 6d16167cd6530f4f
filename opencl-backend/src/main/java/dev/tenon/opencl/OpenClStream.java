package dev.tenon.opencl;

import dev.tenon.error.ClosedException;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.PortableOps;
import dev.tenon.kernels.plan.Work;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * A queue in order. Safe for use by several threads, whose work is queued as it comes. Its monitor is held while work is
 * queued; another stream may then ask for a point of this one, so the list of events has a lock of its own.
 */
final class OpenClStream implements BackendStream {
    private final OpenClDevice device;
    private final long queue;
    private final Handles handles;
    private final List<OpenClEvent> events = new ArrayList<>();
    private volatile boolean closed;

    OpenClStream(OpenClDevice device, long queue, Handles handles) {
        this.device = device;
        this.queue = handles.made(queue);
        this.handles = handles;
    }

    @Override
    public void execute(Op op) {
        requireOpen();
        try (Work work = device.work()) {
            PortableOps.bind(op, work);
            submit(work.launches());
        }
    }

    private synchronized void submit(List<Launch> launches) {
        requireOpen();
        for (Launch launch : launches) {
            launch.buffers().forEach(buffer -> ((OpenClBuffer) buffer).usedBy(this));
            OpenClLaunch.enqueue(launch, device.programs().kernel(launch.key()), queue);
        }
    }

    @Override
    public BackendGraph compile(List<Op> ops) {
        requireOpen();
        Work work = device.work();
        try {
            ops.forEach(op -> PortableOps.bind(op, work));
            return new OpenClGraph(this, work, device.programs());
        } catch (RuntimeException | Error e) {
            work.close();
            throw e;
        }
    }

    synchronized void replay(OpenClGraph graph) {
        requireOpen();
        graph.buffers().forEach(buffer -> buffer.usedBy(this));
        graph.enqueue(queue);
    }

    /** Before a transfer on this queue. */
    synchronized long take(OpenClBuffer buffer) {
        requireOpen();
        buffer.usedBy(this);
        return queue;
    }

    /** A released queue must not reach the driver, which would follow a dangling pointer. */
    private void requireOpen() {
        if (closed) {
            throw new ClosedException(device.properties().name() + ": the stream is closed");
        }
    }

    @Override
    public StreamEvent record() {
        synchronized (events) {
            if (closed) {
                return new OpenClEvent(0, handles);
            }
            events.removeIf(OpenClEvent::isDone);
            OpenClEvent event = new OpenClEvent(OpenClNative.marker(queue), handles);
            events.add(event);
            // A queue that waits for this one must not wait for commands that were never sent.
            OpenClNative.flush(queue);
            return event;
        }
    }

    @Override
    public synchronized void waitFor(StreamEvent event) {
        requireOpen();
        ((OpenClEvent) event).holdUp(queue);
    }

    @Override
    public void synchronize() {
        if (closed) {
            return;
        }
        OpenClNative.finish(queue);
        synchronized (events) {
            events.removeIf(OpenClEvent::isDone);
        }
    }

    @Override
    public synchronized void close() {
        synchronized (events) {
            if (closed) {
                return;
            }
            OpenClNative.finish(queue);
            events.forEach(OpenClEvent::synchronize);
            events.clear();
            closed = true;
            OpenClNative.releaseQueue(queue);
            handles.released();
        }
        device.closed(this);
    }
}
