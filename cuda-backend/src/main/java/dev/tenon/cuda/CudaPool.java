package dev.tenon.cuda;

import dev.tenon.error.ClosedException;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.TenonException;
import dev.tenon.spi.MemoryUse;
import java.util.HashMap;
import java.util.Map;

/**
 * A device's memory, from a stream-ordered pool of the driver's: memory that is given back is handed out again as soon as the
 * streams have come so far, without anyone waiting. What is counted here is what was asked for, in whole {@link #GRAIN}s; the
 * driver reserves more.
 */
final class CudaPool {
    /** What the driver aligns to, and counts in. */
    static final long GRAIN = 512;

    private final String device;
    private final Driver driver;
    private final long limit;
    private final long pool;
    private final Map<Long, Long> live = new HashMap<>();
    private long used;
    private boolean closed;

    /**
     * Makes the device's pool; the device's context is current.
     *
     * @param limit bytes that may be in use
     */
    CudaPool(String device, Driver driver, int index, long limit) {
        this.device = device;
        this.driver = driver;
        this.limit = limit;
        pool = driver.createPool(index);
        try {
            // Without this every wait for a stream gives memory back to the system.
            driver.keepInPool(pool, limit);
        } catch (TenonException e) {
            new Release(e).run(() -> driver.destroyPool(pool));
            throw e;
        }
    }

    /**
     * Memory on a stream, on which alone it may be used before the stream has come so far.
     *
     * @throws OutOfDeviceMemoryException if the limit or the device does not allow it; the pool stays usable
     */
    synchronized long allocate(long bytes, long stream) {
        if (closed) {
            throw new ClosedException(device + ": the device is closed");
        }
        if (bytes > limit - used) {
            throw outOfMemory(bytes);
        }
        long size = Math.max(GRAIN, (bytes + GRAIN - 1) / GRAIN * GRAIN);
        if (size > limit - used) {
            throw outOfMemory(bytes);
        }
        long pointer;
        try {
            pointer = driver.allocate(pool, size, stream);
        } catch (NativeCallException e) {
            if (!ErrorCodes.isOutOfMemory(e)) {
                throw e;
            }
            pointer = again(size, bytes, stream);
        }
        live.put(pointer, size);
        used += size;
        return pointer;
    }

    /** After what is free has gone back: pieces that are too small may be in the way. */
    private long again(long size, long asked, long stream) {
        driver.synchronizeStream(stream);
        driver.trimPool(pool, 0);
        try {
            return driver.allocate(pool, size, stream);
        } catch (NativeCallException e) {
            throw ErrorCodes.isOutOfMemory(e) ? outOfMemory(asked) : e;
        }
    }

    private OutOfDeviceMemoryException outOfMemory(long asked) {
        return new OutOfDeviceMemoryException(device, asked, used, limit - used);
    }

    /** Gives memory back once the stream has come so far. */
    synchronized void free(long pointer, long stream) {
        Long size = live.remove(pointer);
        if (size != null) {
            used -= size;
            driver.free(pointer, stream);
        }
        // Else the pool was closed before; its memory is gone.
    }

    synchronized MemoryUse use() {
        return new MemoryUse(used, closed ? 0 : Math.max(0, driver.reserved(pool) - used), limit);
    }

    /** Lets another of the driver's devices reach the memory. */
    synchronized void letReach(int device) {
        if (!closed) {
            driver.letReach(pool, device);
        }
    }

    /** Gives free memory back to the system; the streams that it was given back on are done. */
    synchronized void trim() {
        if (!closed) {
            driver.trimPool(pool, 0);
        }
    }

    /** Gives the pool back that nothing was taken from. */
    void discard(Release release) {
        closed = true;
        release.run(() -> driver.destroyPool(pool));
    }

    /** Gives everything back, memory of tensors that are still open too. All streams but this one are done. */
    synchronized void close(long stream, Release release) {
        if (closed) {
            return;
        }
        closed = true;
        for (long pointer : live.keySet()) {
            release.run(() -> driver.free(pointer, stream));
        }
        live.clear();
        used = 0;
        release.run(() -> driver.synchronizeStream(stream));
        release.run(() -> driver.destroyPool(pool));
    }
}
