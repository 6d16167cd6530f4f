package dev.tenon.opencl;

import dev.tenon.error.ClosedException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.spi.MemoryUse;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.lwjgl.opencl.CL10;

/**
 * A caching pool of a device's memory: freed blocks are kept by size class and handed out again. A block may be handed
 * out while work that used it is still queued: it says on which stream, and a later user on another stream waits for that.
 */
final class OpenClPool {
    private final String device;
    private final long context;
    private final long flags;
    private final long limit;
    private final long largest;
    private final Handles handles;
    private final Map<Long, ArrayDeque<Block>> free = new HashMap<>();
    private final Set<Block> live = new HashSet<>();
    private long used;
    private long cached;
    private boolean closed;

    /** Memory of one size class. */
    static final class Block {
        final long handle;
        final long bytes;
        /** Where its last owner's work is queued, if that may not be done. */
        @Nullable
        OpenClStream queuedOn;

        Block(long handle, long bytes) {
            this.handle = handle;
            this.bytes = bytes;
        }
    }

    /**
     * @param limit bytes that the pool may hold, cached blocks included
     * @param onHost whether the memory is the host's. Then it is asked for as such, which drivers serve when they are asked;
     *     else they may do so at the first use only, and PoCL ends the process where there is none left by then
     * @param largest bytes of the largest block that the device can give
     */
    OpenClPool(String device, long context, boolean onHost, long limit, long largest, Handles handles) {
        this.device = device;
        this.context = context;
        this.flags = CL10.CL_MEM_READ_WRITE | (onHost ? CL10.CL_MEM_ALLOC_HOST_PTR : 0);
        this.limit = limit;
        this.largest = largest;
        this.handles = handles;
    }

    /** @throws OutOfDeviceMemoryException if the limit or the device does not allow it; the pool stays usable */
    synchronized Block allocate(long bytes) {
        if (closed) {
            throw new ClosedException(device + ": the device is closed");
        }
        if (bytes > Math.min(limit, largest)) {
            throw outOfMemory(bytes);
        }
        long size = Math.min(sizeClass(bytes), Math.max(bytes, largest));
        ArrayDeque<Block> blocks = free.get(size);
        Block block = blocks == null ? null : blocks.pollLast();
        if (block == null) {
            block = fresh(size, bytes);
        } else {
            cached -= size;
        }
        used += size;
        live.add(block);
        return block;
    }

    private Block fresh(long size, long asked) {
        if (used + cached + size > limit) {
            trim();
        }
        if (used + size > limit) {
            throw outOfMemory(asked);
        }
        long handle = create(size);
        if (handle == 0) {
            trim();
            handle = create(size);
        }
        if (handle == 0) {
            throw outOfMemory(asked);
        }
        return new Block(handles.made(handle), size);
    }

    private long create(long size) {
        return OpenClNative.createBuffer(context, flags, size, 0);
    }

    private OutOfDeviceMemoryException outOfMemory(long asked) {
        return new OutOfDeviceMemoryException(device, asked, used, limit - used);
    }

    synchronized void release(Block block, @Nullable OpenClStream queuedOn) {
        if (!live.remove(block)) {
            // The pool was closed before; its memory is gone.
            return;
        }
        used -= block.bytes;
        block.queuedOn = queuedOn;
        cached += block.bytes;
        free.computeIfAbsent(block.bytes, s -> new ArrayDeque<>()).addLast(block);
        if (cached > limit / 4) {
            trim();
        }
    }

    synchronized MemoryUse use() {
        return new MemoryUse(used, cached, limit);
    }

    /** Gives cached blocks back. The driver keeps a released buffer until commands that use it are done. */
    synchronized void trim() {
        free.values().forEach(blocks -> blocks.forEach(this::destroy));
        free.clear();
        cached = 0;
    }

    private void destroy(Block block) {
        OpenClNative.releaseBuffer(block.handle);
        handles.released();
    }

    /** Gives everything back, blocks of tensors that are still open too. */
    synchronized void close() {
        if (!closed) {
            closed = true;
            trim();
            live.forEach(this::destroy);
            live.clear();
            used = 0;
        }
    }

    /** Powers of two in four steps each (sixteen from 1 MiB), at least 256 bytes: little is unused, and much is reused. */
    static long sizeClass(long bytes) {
        if (bytes <= 256) {
            return 256;
        }
        long step = Long.highestOneBit(bytes - 1) / (bytes >= 1 << 20 ? 16 : 4);
        return (bytes + step - 1) / step * step;
    }
}
