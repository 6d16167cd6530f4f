package dev.tenon.cpu.thread;

import java.lang.foreign.Arena;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Off-heap blocks for packed panels and partial sums, reused from op to op. Sizes are rounded up to powers of two; what
 * lies idle is bounded, and what is given back beyond the bound is freed.
 *
 * <p>A block belongs to the code that borrowed it, not to a thread, so ops may nest and several threads may borrow at
 * once.
 */
public final class ScratchPool {
    /** Idle bytes kept for each member of the team. */
    static final long LIMIT_PER_MEMBER = 64L << 20;

    private static final long SMALLEST = 16 << 10;
    private static final long ALIGNMENT = 4096;

    private final long limit;
    private final List<ArrayDeque<Block>> idle = new ArrayList<>();
    private long idleBytes;
    private boolean closed;

    ScratchPool(long limit) {
        this.limit = limit;
        for (int i = 0; i < Long.SIZE; i++) {
            idle.add(new ArrayDeque<>());
        }
    }

    /**
     * A block of at least {@code bytes} bytes at a 4096-byte boundary, its content undefined. Close it to give it back.
     *
     * @throws OutOfMemoryError if the system has no such block
     */
    public Block borrow(long bytes) {
        long size = Math.max(SMALLEST, Long.highestOneBit(Math.max(1, bytes - 1)) << 1);
        ArrayDeque<Block> blocks = idle.get(Long.numberOfTrailingZeros(size));
        synchronized (this) {
            if (closed) {
                throw new IllegalStateException("the thread team is closed");
            }
            Block block = blocks.pollFirst();
            if (block != null) {
                idleBytes -= size;
                return block;
            }
        }
        Arena arena = Arena.ofShared();
        try {
            return new Block(arena, arena.allocate(size, ALIGNMENT).address(), size);
        } catch (Throwable t) {
            arena.close();
            throw t;
        }
    }

    private void giveBack(Block block) {
        synchronized (this) {
            if (!closed && idleBytes + block.bytes <= limit) {
                idleBytes += block.bytes;
                idle.get(Long.numberOfTrailingZeros(block.bytes)).addFirst(block);
                return;
            }
        }
        block.arena.close();
    }

    /** Bytes kept for reuse now. */
    public synchronized long idleBytes() {
        return idleBytes;
    }

    void close() {
        List<Block> blocks = new ArrayList<>();
        synchronized (this) {
            closed = true;
            idleBytes = 0;
            for (ArrayDeque<Block> deque : idle) {
                blocks.addAll(deque);
                deque.clear();
            }
        }
        for (Block block : blocks) {
            block.arena.close();
        }
    }

    /** A borrowed block. */
    public final class Block implements AutoCloseable {
        private final Arena arena;
        private final long address;
        private final long bytes;

        private Block(Arena arena, long address, long bytes) {
            this.arena = arena;
            this.address = address;
            this.bytes = bytes;
        }

        /** Absolute address of the first byte. */
        public long address() {
            return address;
        }

        /** Bytes in the block, at least as many as were asked for. */
        public long bytes() {
            return bytes;
        }

        /** Gives the block back to the pool. Once only. */
        @Override
        public void close() {
            giveBack(this);
        }
    }
}
