package dev.tenon;

import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.StreamEvent;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * The copies from other devices that are under way to a device. Bytes for host memory go there directly, and the call waits
 * for the source's work. Bytes for any other memory go by way of staging memory, both ways in the order of their queues: the call
 * returns while they are under way, where the devices can wait for each other, and the source may change or end after it.
 */
final class Transfers {
    /** What is staged at once: large enough that a call costs nothing beside its bytes. */
    private static final long CHUNK = 8L << 20;
    /** Staged bytes under way at which a copy waits for the oldest. */
    private static final long BUDGET = 128L << 20;

    private final Device device;
    private final Deque<Pending> pending = new ArrayDeque<>();
    private long underWay;
    private @Nullable HostPool staging;

    /** @param event when the device has read the memory */
    private record Pending(StreamEvent event, HostBuffer memory) {}

    Transfers(Device device) {
        this.device = device;
    }

    /**
     * Copies whole tensors of one type and shape, both contiguous, {@code target} on this device. The copy takes its place
     * in the current stream of each device.
     */
    void copy(Tensor source, Tensor target) {
        reap();
        long bytes = source.dtype().bytes(source.shape().elements());
        if (bytes == 0) {
            return;
        }
        BackendStream from = Execution.stream(source.device());
        BackendStream to = Execution.stream(device);
        long first = source.dtype().bytes(source.layout().offset());
        long start = target.dtype().bytes(target.layout().offset());
        if (to.copyFrom(from, source.buffer(), first, target.buffer(), start, bytes)) {
            return;
        }
        if (target.buffer() instanceof HostBuffer host) {
            to.synchronize();
            from.download(source.buffer(), first, host.slice(start, bytes)).synchronize();
            return;
        }
        for (long at = 0; at < bytes; at += CHUNK) {
            HostBuffer memory = stage(Math.min(CHUNK, bytes - at));
            try {
                StreamEvent filled = from.download(source.buffer(), first + at, memory.segment());
                add(new Pending(to.upload(memory.segment(), target.buffer(), start + at, filled), memory));
            } catch (RuntimeException | Error e) {
                memory.close();
                throw e;
            }
        }
    }

    private HostBuffer stage(long bytes) {
        while (isFull(bytes)) {
            awaitOldest();
        }
        return pool().allocate(bytes);
    }

    private synchronized boolean isFull(long bytes) {
        return !pending.isEmpty() && underWay + bytes > BUDGET;
    }

    /** A quarter of its limit may be cached, which is the budget; the rest is for copies of many threads at once. */
    private synchronized HostPool pool() {
        HostPool pool = staging;
        if (pool == null) {
            pool = new HostPool("staging memory of " + device.name(), 4 * BUDGET);
            staging = pool;
        }
        return pool;
    }

    private synchronized void add(Pending added) {
        pending.addLast(added);
        underWay += added.memory.bytes();
    }

    /**
     * Lets go of what the device has read.
     *
     * @throws dev.tenon.error.TenonException if a copy failed; each failure is thrown once
     */
    synchronized void reap() {
        while (!pending.isEmpty() && pending.getFirst().event.isDone()) {
            awaitOldest();
        }
    }

    private synchronized void awaitOldest() {
        Pending oldest = pending.pollFirst();
        if (oldest != null) {
            underWay -= oldest.memory.bytes();
            try {
                oldest.event.synchronize();
            } finally {
                oldest.memory.close();
            }
        }
    }

    /** Waits for all copies and throws the first failure, with the others under it. */
    synchronized void close() {
        RuntimeException failure = null;
        while (!pending.isEmpty()) {
            try {
                awaitOldest();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (staging != null) {
            staging.close();
            staging = null;
        }
        if (failure != null) {
            throw failure;
        }
    }
}
