package dev.tenon;

import dev.tenon.error.DeviceException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.TenonException;
import dev.tenon.op.Copy;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A device with memory of its own and a queue that works on when the test lets it: what is queued while it is held runs
 * later, as on a device that is slow. It copies tensors and does nothing else.
 */
final class LateDevice implements BackendDevice {
    private final String name;
    private final long limit;
    private final AtomicLong used = new AtomicLong();
    private final Arena memory = Arena.ofShared();
    private final Semaphore gate = new Semaphore(Integer.MAX_VALUE);
    private final Queue queue = new Queue();

    /** How the next transfers fail when their turn comes. */
    volatile @Nullable TenonException failure;

    LateDevice(String name, long limit) {
        this.name = name;
        this.limit = limit;
    }

    /** What is queued from now on waits. */
    void hold() {
        gate.drainPermits();
    }

    /** Works on. */
    void resume() {
        gate.release(Integer.MAX_VALUE - gate.availablePermits());
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                name, "test", "a slow device", limit, 1, false, EnumSet.allOf(DType.class), Map.of());
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        if (used.addAndGet(bytes) > limit) {
            long before = used.addAndGet(-bytes);
            throw new OutOfDeviceMemoryException(name, bytes, before, limit - before);
        }
        return new Memory(memory.allocate(Math.max(1, bytes), 64).asSlice(0, bytes));
    }

    /** Its bytes are no host memory to anyone but this device. */
    private final class Memory implements DeviceBuffer {
        final MemorySegment segment;

        Memory(MemorySegment segment) {
            this.segment = segment;
        }

        @Override
        public long bytes() {
            return segment.byteSize();
        }

        @Override
        public void close() {
            used.addAndGet(-bytes());
        }
    }

    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return Optional.empty();
    }

    @Override
    public MemoryUse memory() {
        return new MemoryUse(used.get(), 0, limit);
    }

    @Override
    public void trim() {}

    @Override
    public Optional<String> whyUnsupported(Op op) {
        return op instanceof Copy ? Optional.empty() : Optional.of("it only copies");
    }

    @Override
    public BackendStream defaultStream() {
        return queue;
    }

    @Override
    public BackendStream openStream() {
        return new Queue();
    }

    @Override
    public void close() {
        if (memory.scope().isAlive()) {
            resume();
            queue.close();
            memory.close();
        }
    }

    private final class Queue implements BackendStream {
        private final ExecutorService worker = Executors.newSingleThreadExecutor();

        private Later later(Runnable work) {
            return new Later(CompletableFuture.runAsync(
                    () -> {
                        gate.acquireUninterruptibly();
                        try {
                            work.run();
                        } finally {
                            gate.release();
                        }
                    },
                    worker));
        }

        @Override
        public void execute(Op op) {
            Copy copy = (Copy) op;
            Layout in = copy.in().layout().broadcastTo(copy.out().shape());
            MemorySegment from = ((Memory) copy.in().buffer()).segment;
            MemorySegment to = ((Memory) copy.out().buffer()).segment;
            later(() -> copy(copy.in().dtype(), from, in, to, copy.out().layout()));
        }

        private static void copy(DType type, MemorySegment from, Layout in, MemorySegment to, Layout out) {
            if (in.shape().rank() == 0) {
                MemorySegment.copy(from, type.bytes(in.offset()), to, type.bytes(out.offset()), type.bytes(1));
                return;
            }
            for (long i = 0; i < in.shape().size(0); i++) {
                copy(type, from, in.select(0, i), to, out.select(0, i));
            }
        }

        @Override
        public StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset) {
            MemorySegment target = ((Memory) to).segment.asSlice(toOffset, from.byteSize());
            MemorySegment bytes = from.isNative() ? from : MemorySegment.ofArray(from.toArray(ValueLayout.JAVA_BYTE));
            return later(() -> {
                failIfTold();
                target.copyFrom(bytes);
            });
        }

        @Override
        public StreamEvent download(DeviceBuffer from, long fromOffset, MemorySegment to) {
            MemorySegment source = ((Memory) from).segment.asSlice(fromOffset, to.byteSize());
            Later copy = later(() -> {
                failIfTold();
                to.copyFrom(source);
            });
            if (!to.isNative()) {
                copy.synchronize();
            }
            return copy;
        }

        private void failIfTold() {
            TenonException told = failure;
            if (told != null) {
                throw told;
            }
        }

        @Override
        public BackendGraph compile(List<Op> ops) {
            throw new DeviceException(name, "has no graphs");
        }

        @Override
        public StreamEvent record() {
            return later(() -> {});
        }

        @Override
        public void waitFor(StreamEvent event) {
            later(event::synchronize);
        }

        @Override
        public void synchronize() {
            record().synchronize();
        }

        @Override
        public void close() {
            worker.close();
        }
    }

    private record Later(CompletableFuture<Void> work) implements StreamEvent {
        @Override
        public boolean isDone() {
            return work.isDone();
        }

        @Override
        public void synchronize() {
            try {
                work.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof TenonException failure) {
                    throw failure;
                }
                throw e;
            }
        }
    }
}
