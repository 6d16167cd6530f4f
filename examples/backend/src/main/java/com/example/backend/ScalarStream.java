package com.example.backend;

import dev.tenon.Tensor;
import dev.tenon.error.DeviceException;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

/**
 * A queue in order: each piece of work starts when the one before is done. Calls return at once; a failure is thrown by the
 * next call, and work queued behind it is dropped. Safe for use by several threads.
 */
final class ScalarStream implements BackendStream {
    private static final CompletableFuture<Void> IDLE = CompletableFuture.completedFuture(null);

    private final Executor worker;
    /** Done when all work given so far is. */
    private CompletableFuture<Void> last = IDLE;

    ScalarStream(Executor worker) {
        this.worker = worker;
    }

    @Override
    public void execute(Op op) {
        submit(buffers(op), ScalarKernels.bind(op));
    }

    /** Operands are resolved here, once. Replays are queued like any other work. */
    @Override
    public BackendGraph compile(List<Op> ops) {
        List<ScalarBuffer> buffers =
                ops.stream().flatMap(op -> buffers(op).stream()).distinct().toList();
        List<Runnable> kernels = ops.stream().map(ScalarKernels::bind).toList();
        return new BackendGraph() {
            @Override
            public void replay() {
                submit(buffers, () -> kernels.forEach(Runnable::run));
            }

            @Override
            public void close() {}
        };
    }

    private static List<ScalarBuffer> buffers(Op op) {
        Stream<Tensor> operands = Stream.concat(op.inputs().stream(), op.outputs().stream());
        return operands.map(ScalarBuffer::of).toList();
    }

    synchronized void submit(List<ScalarBuffer> buffers, Runnable work) {
        throwFailure();
        buffers.forEach(ScalarBuffer::hold);
        last = last.thenRunAsync(work, worker).whenComplete((done, failure) -> buffers.forEach(ScalarBuffer::letGo));
    }

    private void throwFailure() {
        if (last.isCompletedExceptionally()) {
            DeviceException failure = new DeviceException(ScalarBackend.NAME, "work queued earlier failed");
            failure.initCause(last.exceptionNow());
            last = IDLE;
            throw failure;
        }
    }

    /** On the caller's thread, whose segment may be confined to it, when all work before is done. */
    @Override
    public StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset) {
        synchronize();
        MemorySegment.copy(from, 0, ((ScalarBuffer) to).memory(), toOffset, from.byteSize());
        return StreamEvent.PASSED;
    }

    @Override
    public StreamEvent download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        synchronize();
        MemorySegment.copy(((ScalarBuffer) from).memory(), fromOffset, to, 0, to.byteSize());
        return StreamEvent.PASSED;
    }

    private record Point(CompletableFuture<Void> reached) implements StreamEvent {
        @Override
        public boolean isDone() {
            return reached.isDone();
        }

        /** Whether the work before it succeeded is for its stream to say. */
        @Override
        public void synchronize() {
            reached.handle((done, failure) -> done).join();
        }
    }

    @Override
    public synchronized StreamEvent record() {
        return new Point(last);
    }

    /** Where the other stream's work fails, what waits for it fails as well. */
    @Override
    public synchronized void waitFor(StreamEvent event) {
        throwFailure();
        // Any other event is that of a transfer, which was done at once.
        if (event instanceof Point(CompletableFuture<Void> reached)) {
            last = last.runAfterBoth(reached, () -> {});
        }
    }

    @Override
    public void synchronize() {
        record().synchronize();
        synchronized (this) {
            throwFailure();
        }
    }

    @Override
    public void close() {
        synchronize();
    }
}
