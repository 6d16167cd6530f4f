package dev.tenon.opencl;

import dev.tenon.op.Op;
import dev.tenon.opencl.op.OpenClDispatch;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.ArrayList;
import java.util.List;

/** A queue in order. Safe for use by several threads, whose work is queued as it comes. */
final class OpenClStream implements BackendStream {
    private final OpenClDevice device;
    private final long queue;
    private final Handles handles;
    private final List<OpenClEvent> events = new ArrayList<>();
    private boolean closed;

    OpenClStream(OpenClDevice device, long queue, Handles handles) {
        this.device = device;
        this.queue = handles.made(queue);
        this.handles = handles;
    }

    @Override
    public void execute(Op op) {
        try (Work work = new Work(device)) {
            OpenClDispatch.bind(op, work);
            submit(work.launches());
        }
    }

    private synchronized void submit(List<Launch> launches) {
        for (Launch launch : launches) {
            launch.buffers().forEach(buffer -> buffer.usedBy(this));
            launch.enqueue(queue);
        }
    }

    @Override
    public BackendGraph compile(List<Op> ops) {
        Work work = new Work(device);
        try {
            ops.forEach(op -> OpenClDispatch.bind(op, work));
            return new OpenClGraph(this, work);
        } catch (RuntimeException | Error e) {
            work.close();
            throw e;
        }
    }

    synchronized void replay(OpenClGraph graph) {
        graph.buffers().forEach(buffer -> buffer.usedBy(this));
        graph.enqueue(queue);
    }

    /** Before a transfer on this queue. */
    synchronized long take(OpenClBuffer buffer) {
        buffer.usedBy(this);
        return queue;
    }

    @Override
    public synchronized StreamEvent record() {
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

    @Override
    public synchronized void waitFor(StreamEvent event) {
        ((OpenClEvent) event).holdUp(queue);
    }

    @Override
    public void synchronize() {
        OpenClNative.finish(queue);
        synchronized (this) {
            events.removeIf(OpenClEvent::isDone);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            OpenClNative.finish(queue);
            events.forEach(OpenClEvent::synchronize);
            events.clear();
            OpenClNative.releaseQueue(queue);
            handles.released();
            device.closed(this);
        }
    }
}
