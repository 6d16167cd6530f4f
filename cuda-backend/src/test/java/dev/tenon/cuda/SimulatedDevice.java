package dev.tenon.cuda;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A device of the {@link RecordingDriver}: its limits, its context, its memory, and what is alive of its objects. */
final class SimulatedDevice {
    /** Blocks up to this size have memory behind them, so that copies can be followed; the workspace of cuBLAS, which is larger, has none. */
    private static final long BACKED = 31 << 20;

    /** What memory holds before anything is written there: no number, in every type of floating point. */
    private static final byte GARBAGE = (byte) 0xFF;

    final int index;
    final String name;
    final int capability;
    final long memory;
    final long context;
    final Map<Long, String> alive = new HashMap<>();
    final TreeMap<Long, Block> blocks = new TreeMap<>();
    /** Other devices that reach this one's memory. */
    final Set<Integer> reachedBy = new HashSet<>();

    int retained;
    long used;
    private long nextAddress;
    /** What ended the context. */
    @Nullable
    NativeCallException end;

    /** Memory: there once {@code allocated} is, gone once {@code freed} is, both in a stream's order. */
    static final class Block {
        final long address;
        final long bytes;
        final @Nullable MemorySegment content;
        boolean allocated;
        boolean freeing;
        boolean freed;

        Block(long address, long bytes) {
            this.address = address;
            this.bytes = bytes;
            this.content = bytes <= BACKED ? Arena.ofAuto().allocate(bytes).fill(GARBAGE) : null;
        }
    }

    SimulatedDevice(int index, String name, int capability, long memory) {
        this.index = index;
        this.name = name;
        this.capability = capability;
        this.memory = memory;
        this.context = 0x1000_0000L + 0x1000L * index;
        this.nextAddress = 0x7000_0000_0000L + 0x0100_0000_0000L * index;
    }

    /** Shared memory that a block can be allowed. */
    int optInSharedBytes() {
        return (capability == 80 ? 163 : 227) << 10;
    }

    Block allocate(long bytes) {
        Block block = new Block(nextAddress, bytes);
        // A gap, so that what runs past the end of one block is not in the next.
        nextAddress += (bytes + 2 * CudaPool.GRAIN - 1) / CudaPool.GRAIN * CudaPool.GRAIN;
        blocks.put(block.address, block);
        used += bytes;
        return block;
    }

    /** The block that an address lies in; null if it lies in none. */
    @Nullable
    Block at(long address) {
        Map.Entry<Long, Block> entry = blocks.floorEntry(address);
        return entry != null && address - entry.getKey() < entry.getValue().bytes ? entry.getValue() : null;
    }

    void remove(Block block) {
        block.freed = true;
        blocks.remove(block.address);
        used -= block.bytes;
    }

    /** With the context goes all that is left in it. */
    void reset() {
        alive.clear();
        reachedBy.clear();
        blocks.clear();
        used = 0;
        end = null;
    }
}
