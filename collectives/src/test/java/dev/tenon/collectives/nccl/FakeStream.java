package dev.tenon.collectives.nccl;

import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendGraph;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.NativeStream;
import dev.tenon.spi.StreamEvent;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/** A queue with a thread of its own. Operators run when it is empty, on the caller's; a library's work runs on the queue's. */
final class FakeStream implements NativeStream {
    private static final AtomicLong HANDLES = new AtomicLong(0x7000);
    private static final Map<Long, FakeStream> OPEN = new ConcurrentHashMap<>();

    private final FakeCuda device;
    private final BackendStream cpu;
    private final long handle = HANDLES.addAndGet(0x10);
    private final ExecutorService queue = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name("fake stream").factory());

    FakeStream(FakeCuda device, BackendStream cpu) {
        this.device = device;
        this.cpu = cpu;
        OPEN.put(handle, this);
    }

    /** The stream that a handle is of. */
    static FakeStream of(long handle) {
        FakeStream stream = OPEN.get(handle);
        if (stream == null) {
            throw new AssertionError("no stream has the handle " + handle);
        }
        return stream;
    }

    FakeCuda device() {
        return device;
    }

    void enqueue(Runnable work) {
        queue.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                device.fail(e);
            }
        });
    }

    private record Event(FakeCuda device, CompletableFuture<Void> passed) implements StreamEvent {
        @Override
        public boolean isDone() {
            return passed.isDone();
        }

        @Override
        public void synchronize() {
            passed.join();
            device.requireSound();
        }
    }

    @Override
    public StreamEvent record() {
        CompletableFuture<Void> passed = new CompletableFuture<>();
        enqueue(() -> passed.complete(null));
        return new Event(device, passed);
    }

    @Override
    public void waitFor(StreamEvent event) {
        enqueue(((Event) event)::synchronize);
    }

    /** In the order of both streams, by this one's thread; from a device's own memory there is no such way. */
    @Override
    public boolean copyFrom(
            BackendStream source, DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
        FakeStream other = (FakeStream) source;
        if (other.device == device) {
            return false;
        }
        waitFor(other.record());
        enqueue(() -> ((HostBuffer) to).slice(toOffset, bytes).copyFrom(((HostBuffer) from).slice(fromOffset, bytes)));
        other.waitFor(record());
        return true;
    }

    @Override
    public void execute(Op op) {
        synchronize();
        cpu.execute(op);
    }

    @Override
    public void synchronize() {
        record().synchronize();
    }

    @Override
    public BackendGraph compile(List<Op> ops) {
        return FakeCuda.noGraph();
    }

    @Override
    public String platform() {
        return CUDA;
    }

    @Override
    public void submitNative(List<DeviceBuffer> buffers, NativeWork work) {
        FakeCuda.CURRENT.set(device);
        try {
            work.queue(
                    handle,
                    buffers.stream()
                            .mapToLong(buffer -> ((HostBuffer) buffer).segment().address())
                            .toArray());
        } finally {
            FakeCuda.CURRENT.remove();
        }
    }

    @Override
    public void close() {
        synchronize();
        queue.shutdown();
        OPEN.remove(handle);
        device.closed(this);
    }
}
