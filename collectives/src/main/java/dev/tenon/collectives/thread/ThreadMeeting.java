package dev.tenon.collectives.thread;

import dev.tenon.collectives.shared.Region;
import java.lang.foreign.Arena;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** A region for threads, and those of the groups that they split off. */
final class ThreadMeeting {
    private final Region region;
    private final Map<String, ThreadMeeting> splits = new ConcurrentHashMap<>();

    ThreadMeeting(int ranks) {
        // Ranks may still look at it when another has left: it lives as long as any of them.
        Arena arena = Arena.ofAuto();
        long bytes = Region.bytes(ranks, Region.SMALL_SLOT);
        this.region = new Region(arena.allocate(bytes, 4096).address(), ranks, Region.SMALL_SLOT, arena);
        region.format();
        region.setReady();
    }

    Region region() {
        return region;
    }

    /** The same for all who ask by the same name. */
    ThreadMeeting split(String name, int ranks) {
        return splits.computeIfAbsent(name, unused -> new ThreadMeeting(ranks));
    }
}
