package dev.tenon.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/** A block's {@code cp.async.bulk} copies. One arrives when no thread comes further without: as late as it may. */
final class BulkCopies {
    private static final int LINE = 128;

    /** A copy on its way to shared memory, and the counter that its bytes count on. */
    private record Copy(Runnable move, long counter, int bytes) {}

    private final BlockOfThreads block;
    private final List<Copy> copies = new ArrayList<>();

    BulkCopies(BlockOfThreads block) {
        this.block = block;
    }

    void clear() {
        copies.clear();
    }

    boolean isEmpty() {
        return copies.isEmpty();
    }

    /** Lets one arrive: the first that was asked for, or else the last. */
    void arrive(boolean first) {
        Copy copy = first ? copies.removeFirst() : copies.removeLast();
        copy.move.run();
        block.counters.complete(copy.counter, copy.bytes);
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
                counter,
                bytes));
    }

    /** A box of a tensor, in the swizzle of 128 bytes; elements outside of the tensor are zeros. */
    void box(Warp warp, int lane, long to, TensorBox map, int[] at, long counter) {
        int bytes = map.bytes();
        if (map.sizes().length != at.length || map.box()[0] * TensorBox.ELEMENT != LINE || to % (8 * LINE) != 0) {
            throw new Warp.LaneError(
                    lane,
                    "a box of %d axes of a map of %d to shared memory at %d"
                            .formatted(at.length, map.sizes().length, to));
        }
        Region target = Space.SHARED.region(warp, lane, to, 16);
        if (!target.holds(to, bytes)) {
            throw new Warp.LaneError(lane, bytes + " bytes at " + to + " in shared memory");
        }
        copies.add(new Copy(() -> move(warp, lane, target.content(), to, map, at), counter, bytes));
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
                short value = 0;
                if (inside && index >= 0 && index < map.sizes()[0]) {
                    long address = from + index * TensorBox.ELEMENT;
                    Region region = Space.GLOBAL.region(warp, lane, address, TensorBox.ELEMENT);
                    value = region.content().get(ValueLayout.JAVA_SHORT_UNALIGNED, address - region.start());
                }
                long place = to + (long) line * LINE + (long) x * TensorBox.ELEMENT;
                shared.set(ValueLayout.JAVA_SHORT_UNALIGNED, swizzled(place), value);
            }
        }
    }

    /** Within eight lines of 128 bytes, the number of the line turns the number of the 16 bytes. */
    static long swizzled(long place) {
        return place ^ (place >> 7 & 7) << 4;
    }
}
