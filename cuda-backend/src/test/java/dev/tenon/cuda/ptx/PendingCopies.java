package dev.tenon.cuda.ptx;

import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A warp's {@code cp.async} copies. Each arrives as late as it may: when its group is waited for, so that who looks before sees
 * what was there. Groups are a thread's; the lanes of a warp commit and wait together here.
 */
final class PendingCopies {
    /** A copy on its way; a source of fewer bytes than the target is followed by zeros. */
    record Copy(MemorySegment target, long to, int bytes, MemorySegment source, long from, int fromBytes) {
        void arrive() {
            MemorySegment.copy(source, from, target, to, fromBytes);
            target.asSlice(to + fromBytes, bytes - fromBytes).fill((byte) 0);
        }
    }

    private final Deque<List<Copy>> groups = new ArrayDeque<>();
    private List<Copy> open = new ArrayList<>();

    void add(Copy copy) {
        open.add(copy);
    }

    void commit() {
        groups.add(open);
        open = new ArrayList<>();
    }

    /** Waits until at most {@code left} groups are on their way. */
    void await(int left) {
        while (groups.size() > left) {
            groups.remove().forEach(Copy::arrive);
        }
    }

    void clear() {
        groups.clear();
        open.clear();
    }
}
