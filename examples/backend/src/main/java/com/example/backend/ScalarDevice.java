package com.example.backend;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.memory.HostPool;
import dev.tenon.op.Op;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.DeviceProperties;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * One thread as a device. Its memory is the host's, but is no {@link dev.tenon.memory.HostBuffer}: who could read it at any
 * time would not see that work on it is still queued.
 */
final class ScalarDevice implements BackendDevice {
    private static final long DEFAULT_LIMIT = 1 << 30;

    /** A daemon: a runtime that is never closed must not keep the process alive. */
    private final ExecutorService worker = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().daemon().name(ScalarBackend.NAME).factory());

    private final long limit;
    private final HostPool pool;
    private final ScalarStream stream = new ScalarStream(worker);

    ScalarDevice(Configuration configuration) {
        limit = configuration.memoryLimit() == 0 ? DEFAULT_LIMIT : configuration.memoryLimit();
        pool = new HostPool(ScalarBackend.NAME, limit);
    }

    @Override
    public DeviceProperties properties() {
        return new DeviceProperties(
                ScalarBackend.NAME,
                ScalarBackend.NAME,
                "one thread of plain Java",
                limit,
                1,
                false,
                Set.of(DType.F32),
                Map.of());
    }

    @Override
    public DeviceBuffer allocate(long bytes) {
        try {
            return new ScalarBuffer(pool.allocate(bytes));
        } catch (OutOfDeviceMemoryException e) {
            // Queued work may still hold what has been closed.
            stream.synchronize();
            return new ScalarBuffer(pool.allocate(bytes));
        }
    }

    /** Not in place: a segment may be confined to the thread that made it, and the worker is another. */
    @Override
    public Optional<DeviceBuffer> wrap(MemorySegment segment) {
        return Optional.empty();
    }

    @Override
    public MemoryUse memory() {
        return pool.use();
    }

    @Override
    public void trim() {
        pool.trim();
    }

    @Override
    public Optional<String> whyUnsupported(Op op) {
        return ScalarSupport.whyUnsupported(op);
    }

    @Override
    public BackendStream defaultStream() {
        return stream;
    }

    @Override
    public BackendStream openStream() {
        return new ScalarStream(worker);
    }

    @Override
    public void close() {
        worker.close();
        pool.close();
    }
}
