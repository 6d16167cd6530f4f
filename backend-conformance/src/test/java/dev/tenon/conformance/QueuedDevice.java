package dev.tenon.conformance;

import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A reference device whose streams are queues that take their time. Its memory does not wait for them: a buffer that is
 * closed goes back to the pool at once.
 */
final class QueuedDevice extends ReferenceDevice {
    private static final ThreadLocal<Boolean> IS_WORKER = ThreadLocal.withInitial(() -> false);

    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final boolean heedsEvents;
    private final QueuedStream stream = new QueuedStream();

    /** @param heedsEvents whether a stream waits for another's events */
    QueuedDevice(long memoryLimit, boolean heedsEvents) {
        super(memoryLimit);
        this.heedsEvents = heedsEvents;
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        return new QueuedStream();
    }

    /** The reference reads its operands with it, too, from within the queue. */
    @Override
    public void download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        if (!IS_WORKER.get()) {
            stream.synchronize();
        }
        super.download(from, fromOffset, to);
    }

    @Override
    public void close() {
        workers.close();
        super.close();
    }

    private record Point(CompletableFuture<Void> reached) implements StreamEvent {
        @Override
        public boolean isDone() {
            return reached.isDone();
        }

        @Override
        public void synchronize() {
            reached.join();
        }
    }

    private final class QueuedStream implements BackendStream {
        private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

        @Override
        public synchronized void execute(Op op) {
            last = last.thenRunAsync(
                    () -> {
                        IS_WORKER.set(true);
                        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                        run(op);
                    },
                    workers);
        }

        @Override
        public BackendGraph compile(List<Op> ops) {
            return new BackendGraph() {
                @Override
                public void replay() {
                    ops.forEach(QueuedStream.this::execute);
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public synchronized StreamEvent record() {
            return new Point(last);
        }

        @Override
        public synchronized void waitFor(StreamEvent event) {
            if (heedsEvents) {
                last = last.runAfterBoth(((Point) event).reached(), () -> {});
            }
        }

        @Override
        public void synchronize() {
            record().synchronize();
        }

        @Override
        public void close() {
            synchronize();
        }
    }
}
