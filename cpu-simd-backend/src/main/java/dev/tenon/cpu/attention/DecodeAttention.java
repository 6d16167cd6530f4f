package dev.tenon.cpu.attention;

import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;

/**
 * Attention of a few queries over a long cache, which is read once and at the speed of memory. Each key head's cache is cut
 * into chunks at fixed positions (Flash-Decoding, Dao et al. 2023), so that one head too keeps all threads busy; what the
 * chunks give is put together in their order. Neither depends on the number of threads.
 */
final class DecodeAttention {
    /** Keys of a chunk: some ten microseconds of work. */
    static final int CHUNK = 512;

    private DecodeAttention() {}

    /** Whether this is faster than {@link TiledAttention}, whose panels would be mostly empty. */
    static boolean suits(AttentionProblem p) {
        return (long) p.queries * p.group <= Panels.WIDTH / 3 && p.queries <= 8;
    }

    static Runnable bind(AttentionProblem p, ThreadTeam team) {
        int groups = Math.multiplyExact(p.batch, p.keyHeads);
        DecodeScratch layout = new DecodeScratch(p);
        return () -> {
            int longest = 0;
            for (int b = 0; b < p.batch; b++) {
                p.rows.check(b);
                longest = Math.max(longest, p.rows.length(b));
            }
            int chunks = Math.max(1, (longest + CHUNK - 1) / CHUNK);
            if (chunks == 1) {
                team.run(groups, group -> {
                    try (HostBuffer memory = team.scratch().allocate(layout.bytes())) {
                        new DecodeTask(p, layout, memory.address(), memory.address(), group).runAndStore();
                    }
                });
                return;
            }
            try (HostBuffer all = team.scratch().allocate(layout.sumBytes() * groups * chunks)) {
                team.run(groups * chunks, task -> {
                    try (HostBuffer memory = team.scratch().allocate(layout.bytes())) {
                        long sums = all.address() + task * layout.sumBytes();
                        new DecodeTask(p, layout, memory.address(), sums, task / chunks).run(task % chunks);
                    }
                });
                team.run(groups, group -> {
                    long sums = all.address() + group * chunks * layout.sumBytes();
                    new DecodeTask(p, layout, sums, sums, group).combineAndStore(chunks);
                });
            }
        };
    }
}
