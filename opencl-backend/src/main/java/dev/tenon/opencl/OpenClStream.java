package dev.tenon.opencl;

import dev.tenon.error.ClosedException;
import dev.tenon.error.TenonException;
import dev.tenon.kernels.plan.Launch;
import dev.tenon.kernels.plan.PortableOps;
import dev.tenon.kernels.plan.Work;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.OpTiming;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A queue in order. Safe for use by several threads, whose work is queued as it comes. Its monitor is held while work is
 * queued; another stream may then ask for a point of this one, so the list of events has a lock of its own.
 */
final class OpenClStream implements BackendStream {
    private final OpenClDevice device;
    private final OpenClQueues queues;
    private final Handles handles;
    private final List<OpenClEvent> events = new ArrayList<>();
    private final Set<OpenClTiming> unread = ConcurrentHashMap.newKeySet();
    private @Nullable TenonException failure;
    private volatile boolean closed;

    OpenClStream(OpenClDevice device, Handles handles) {
        this.device = device;
        this.queues = new OpenClQueues(device, handles);
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

    synchronized void submit(List<Launch> launches) {
        requireOpen();
        long queue = plainQueue();
        for (Launch launch : launches) {
            if (!launch.isEmpty()) {
                use(launch);
                OpenClLaunch.enqueue(launch, device.programs().kernel(launch.key()), queue);
            }
        }
    }

    private void use(Launch launch) {
        launch.buffers().forEach(buffer -> ((OpenClBuffer) buffer).usedBy(this));
    }

    @Override
    public OpTiming executeTimed(Op op) {
        requireOpen();
        try (Work work = device.work()) {
            PortableOps.bind(op, work);
            return submitTimed(work.launches());
        }
    }

    private synchronized OpTiming submitTimed(List<Launch> launches) {
        requireOpen();
        long queue = timedQueue();
        OpenClTiming timing = new OpenClTiming(unread, handles, queues.clockOffset());
        unread.add(timing);
        try {
            for (Launch launch : launches) {
                if (!launch.isEmpty()) {
                    use(launch);
                    timing.add(
                            OpenClLaunch.enqueueTimed(launch, device.programs().kernel(launch.key()), queue));
                }
            }
            if (timing.isEmpty()) {
                // Nothing to run takes place at some time, too.
                timing.add(OpenClNative.marker(queues.current()));
            }
            return timing;
        } catch (RuntimeException | Error e) {
            timing.discard();
            throw e;
        }
    }

    /** Nobody asks for a point of a queue while another becomes the current one. */
    private long plainQueue() {
        if (!queues.isMeasuring()) {
            return queues.current();
        }
        synchronized (events) {
            return queues.plain();
        }
    }

    private long timedQueue() {
        if (queues.isMeasuring()) {
            return queues.current();
        }
        synchronized (events) {
            return queues.timed();
        }
    }

    @Override
    public BackendGraph compile(List<Op> ops) {
        requireOpen();
        Work work = device.work();
        try {
            ops.forEach(op -> PortableOps.bind(op, work));
            return new OpenClGraph(
                    this, work, device.programs(), device.commandBuffers(), queues.unmeasured(), handles);
        } catch (RuntimeException | Error e) {
            work.close();
            throw e;
        }
    }

    synchronized void replay(OpenClGraph graph) {
        requireOpen();
        graph.buffers().forEach(buffer -> buffer.usedBy(this));
        graph.enqueue(plainQueue());
    }

    @Override
    public StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset) {
        OpenClBuffer target = (OpenClBuffer) to;
        target.checkRange("upload", toOffset, from.byteSize());
        if (from.byteSize() == 0) {
            return StreamEvent.PASSED;
        }
        if (from.isNative()) {
            return transfer(
                    target,
                    queue -> OpenClNative.write(queue, target.handle(), toOffset, from.byteSize(), from.address()));
        }
        // Memory of the Java heap has no address that holds still: its bytes go by way of memory that has.
        try (Arena arena = Arena.ofConfined()) {
            upload(arena.allocate(from.byteSize(), 64).copyFrom(from), to, toOffset)
                    .synchronize();
        }
        return StreamEvent.PASSED;
    }

    /** Waits in the queue for another OpenCL device, and on the host for any other. */
    @Override
    public StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset, StreamEvent filled) {
        if (filled instanceof OpenClEvent point && from.isNative()) {
            waitForOther(point);
        } else {
            filled.synchronize();
        }
        return upload(from, to, toOffset);
    }

    private synchronized void waitForOther(OpenClEvent point) {
        requireOpen();
        long follower = point.followedOn(device);
        if (follower == 0) {
            point.synchronize();
            return;
        }
        synchronized (events) {
            track(follower).holdUp(queues.current());
        }
    }

    @Override
    public StreamEvent download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        OpenClBuffer source = (OpenClBuffer) from;
        source.checkRange("download", fromOffset, to.byteSize());
        if (to.byteSize() == 0) {
            return StreamEvent.PASSED;
        }
        if (to.isNative()) {
            return transfer(
                    source,
                    queue -> OpenClNative.read(queue, source.handle(), fromOffset, to.byteSize(), to.address()));
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment staging = arena.allocate(to.byteSize(), 64);
            download(from, fromOffset, staging).synchronize();
            to.copyFrom(staging);
        }
        return StreamEvent.PASSED;
    }

    private synchronized StreamEvent transfer(OpenClBuffer buffer, LongUnaryOperator enqueue) {
        requireOpen();
        buffer.usedBy(this);
        synchronized (events) {
            return track(enqueue.applyAsLong(queues.current()));
        }
    }

    /** Keeps an event until it is passed, and sends off what is queued up to it. Under the events' lock. */
    private OpenClEvent track(long made) {
        sweep();
        OpenClEvent event = new OpenClEvent(made, handles);
        events.add(event);
        // A queue that waits for this one must not wait for commands that were never sent.
        OpenClNative.flush(queues.current());
        return event;
    }

    /** Lets go of events that are passed; the first failure among them is what {@link #synchronize} throws. */
    private void sweep() {
        events.removeIf(event -> {
            if (!event.isDone()) {
                return false;
            }
            failure = failure == null ? event.failure() : failure;
            return true;
        });
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
            return track(OpenClNative.marker(queues.current()));
        }
    }

    @Override
    public synchronized void waitFor(StreamEvent event) {
        requireOpen();
        if (event instanceof OpenClEvent point) {
            point.holdUp(queues.current());
        } else {
            event.synchronize();
        }
    }

    @Override
    public void synchronize() {
        if (closed) {
            return;
        }
        OpenClNative.finish(queues.current());
        TenonException failed;
        synchronized (events) {
            sweep();
            failed = failure;
            failure = null;
        }
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public synchronized void close() {
        synchronized (events) {
            if (closed) {
                return;
            }
            OpenClNative.finish(queues.current());
            for (OpenClEvent event : events) {
                // Whoever holds it may still ask how its work ended.
                event.isDone();
                event.release();
            }
            events.clear();
            List.copyOf(unread).forEach(OpenClTiming::read);
            closed = true;
            queues.close();
        }
        device.closed(this);
    }
}
