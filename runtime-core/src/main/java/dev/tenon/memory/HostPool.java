package dev.tenon.memory;

import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.spi.MemoryUse;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A caching pool of host memory. Freed blocks are kept by size class and handed out again; small blocks are cut from
 * slabs, large ones are mapped one by one and can be given back. One lock: an allocation from the cache takes some tens
 * of nanoseconds, which no operator notices.
 */
public final class HostPool implements AutoCloseable {
    private static final long SLAB = 1 << 20;
    /** Blocks up to this size are cut from slabs. */
    private static final long SMALL = 1 << 16;

    private final String device;
    private final long limit;
    private final Arena slabs = Arena.ofShared();
    private final Map<Long, ArrayDeque<Block>> free = new HashMap<>();
    private MemorySegment slab = MemorySegment.NULL;
    private long slabUsed;
    private long used;
    private long cached;
    private boolean closed;

    /** A block and, where it is not part of a slab, its own mapping. */
    private record Block(MemorySegment segment, @Nullable LargeBlock mapping) {}

    /**
     * @param device the name to give in errors
     * @param limit bytes that the pool may hold, cached blocks included
     */
    public HostPool(String device, long limit) {
        this.device = device;
        this.limit = limit;
    }

    /**
     * Uninitialized memory, aligned to 64 bytes.
     *
     * @throws OutOfDeviceMemoryException if the limit or the system does not allow it; the pool stays usable
     */
    public synchronized HostBuffer allocate(long bytes) {
        if (bytes > limit) {
            throw new OutOfDeviceMemoryException(device, bytes, used, limit - used);
        }
        long size = SizeClass.of(bytes);
        ArrayDeque<Block> cachedBlocks = free.get(size);
        Block block = cachedBlocks == null ? null : cachedBlocks.pollLast();
        if (block == null) {
            block = fresh(size, bytes);
        } else {
            cached -= size;
        }
        used += size;
        Block taken = block;
        MemorySegment segment =
                bytes == size ? taken.segment() : taken.segment().asSlice(0, bytes);
        return new HostBuffer(segment, () -> release(taken));
    }

    private Block fresh(long size, long asked) {
        if (used + cached + size > limit) {
            trim();
        }
        if (used + size > limit) {
            throw new OutOfDeviceMemoryException(device, asked, used, limit - used);
        }
        try {
            if (size > SMALL) {
                LargeBlock mapping = LargeBlock.map(size);
                return new Block(mapping.segment(), mapping);
            }
            if (slabUsed + size > slab.byteSize()) {
                slab = slabs.allocate(SLAB, 4096);
                slabUsed = 0;
            }
            Block block = new Block(slab.asSlice(slabUsed, size), null);
            slabUsed += size;
            return block;
        } catch (OutOfMemoryError e) {
            OutOfDeviceMemoryException failure = new OutOfDeviceMemoryException(device, asked, used, limit - used);
            failure.initCause(e);
            throw failure;
        }
    }

    private synchronized void release(Block block) {
        long size = block.segment().byteSize();
        used -= size;
        if (closed) {
            if (block.mapping() != null) {
                block.mapping().unmap().run();
            }
            if (used == 0) {
                slabs.close();
            }
            return;
        }
        cached += size;
        free.computeIfAbsent(size, s -> new ArrayDeque<>()).addLast(block);
        if (cached > limit / 4) {
            trim();
        }
    }

    public synchronized MemoryUse use() {
        return new MemoryUse(used, cached, limit);
    }

    /** Gives cached large blocks back to the system. Small ones stay: their slabs are shared. */
    public synchronized void trim() {
        free.values().removeIf(blocks -> {
            if (blocks.isEmpty()) {
                return true;
            }
            if (blocks.getFirst().mapping() == null) {
                return false;
            }
            for (Block block : blocks) {
                cached -= block.segment().byteSize();
                if (block.mapping() != null) {
                    block.mapping().unmap().run();
                }
            }
            return true;
        });
    }

    /** Frees everything that is not in use, and the rest as it is closed. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        trim();
        closed = true;
        if (used == 0) {
            slabs.close();
        }
    }
}
