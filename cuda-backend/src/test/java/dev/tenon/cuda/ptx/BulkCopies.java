package dev.tenon.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** A cluster's {@code cp.async.bulk} copies. One arrives when no thread comes further without: as late as it may. */
final class BulkCopies {
    private static final int LINE = 128;

    /** A copy on its way to a block's shared memory, and the counter there that its bytes count on. */
    private record Copy(Runnable move, BlockOfThreads to, long counter, int bytes) {}

    private final List<Copy> copies = new ArrayList<>();

    void clear() {
        copies.clear();
    }

    boolean isEmpty() {
        return copies.isEmpty();
    }

    /** Lets one arrive: the first that was asked for, or else the last. */
    void arrive(boolean first) {
        Copy copy = first ? copies.removeFirst() : copies.removeLast();
        if (copy.to.isDone()) {
            throw new PtxError("a copy comes to block " + copy.to.where() + ", which has ended");
        }
        copy.move.run();
        copy.to.counters.complete(copy.counter, copy.bytes);
    }

    /** Neighbouring bytes. */
    void bytes(Warp warp, int lane, long to, long from, int bytes, long counter) {
        if (bytes % 16 != 0 || to % 16 != 0 || from % 16 != 0) {
            throw new Warp.LaneError(lane, "a bulk copy of %d bytes from 0x%x to %d".formatted(bytes, from, to));
        }
        Region target = Space.SHARED.region(warp, lane, to, 16);
        Region source = Space.GLOBAL.region(warp, lane, from, 16);
        if (!target.holds(to, bytes) || !source.holds(from, bytes)) {
            throw new Warp.LaneError(lane, "%d bytes from 0x%x, outside of the memory".formatted(bytes, from));
        }
        copies.add(new Copy(
                () -> MemorySegment.copy(
                        source.content(), from - source.start(), target.content(), to - target.start(), bytes),
                warp.block,
                counter,
                bytes));
    }

    /** A box of a tensor, in the swizzle of 128 bytes; elements outside of the tensor are zeros. The block's address is its own. */
    void box(Warp warp, int lane, BlockOfThreads block, long to, TensorBox map, int[] at, long counter) {
        int bytes = map.bytes();
        if (map.sizes().length != at.length || map.box()[0] * map.element() != LINE || to % (8 * LINE) != 0) {
            throw new Warp.LaneError(
                    lane,
                    "a box of %d axes of a map of %d to shared memory at %d"
                            .formatted(at.length, map.sizes().length, to));
        }
        Region target = block.shared;
        if (!target.holds(to, bytes)) {
            throw new Warp.LaneError(lane, bytes + " bytes at " + to + " in shared memory");
        }
        copies.add(new Copy(() -> move(warp, lane, target.content(), to, map, at), block, counter, bytes));
    }

    private static void move(Warp warp, int lane, MemorySegment shared, long to, TensorBox map, int[] at) {
        int lines = map.bytes() / LINE;
        for (int line = 0; line < lines; line++) {
            boolean inside = true;
            long from = map.base();
            int rest = line;
            for (int axis = 1; axis < at.length; axis++) {
                long index = at[axis] + (long) (rest % map.box()[axis]);
                rest /= map.box()[axis];
                inside &= index >= 0 && index < map.sizes()[axis];
                from += index * map.strideBytes()[axis - 1];
            }
            for (int x = 0; x < map.box()[0]; x++) {
                long index = at[0] + (long) x;
                long place = swizzled(to + (long) line * LINE + (long) x * map.element());
                if (inside && index >= 0 && index < map.sizes()[0]) {
                    long address = from + index * map.element();
                    Region region = Space.GLOBAL.region(warp, lane, address, map.element());
                    MemorySegment.copy(region.content(), address - region.start(), shared, place, map.element());
                } else {
                    shared.asSlice(place, map.element()).fill((byte) 0);
                }
            }
        }
    }

    /** Within eight lines of 128 bytes, the number of the line turns the number of the 16 bytes. */
    static long swizzled(long place) {
        return place ^ (place >> 7 & 7) << 4;
    }
}
