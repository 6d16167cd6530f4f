package dev.tenon.cpu.attention;

import static dev.tenon.cpu.OffHeap.ADDRESS_MASK;

import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;

/**
 * The gradient of attention in tiles, with the weights computed again from the log-sum-exp (Dao et al. 2022).
 *
 * <p>A task is one key head of one batch row with all its queries, so no two tasks add to the same gradient. Where there
 * are few key heads, each is cut into parts: a part takes every {@code parts}-th tile of keys, which shares the work of
 * causal attention evenly, and has query gradients of its own, added up in order at the end. The number of parts depends
 * on the shape alone, so the bits do not depend on the number of threads.
 */
final class TiledBackward {
    /** Tasks wanted; more parts mean more preparation and more sums of query gradients. */
    private static final int TASKS = 16;

    /** Tiles that a part is worth. */
    private static final int TILES = 4;

    private TiledBackward() {}

    static Runnable bind(BackwardProblem problem, ThreadTeam team) {
        AttentionProblem p = problem.forward();
        int groups = Math.multiplyExact(p.batch, p.keyHeads);
        if (groups == 0) {
            return () -> {};
        }
        int tiles = (problem.keys() + BackwardScratch.BLOCK - 1) / BackwardScratch.BLOCK;
        int parts = Math.clamp(tiles / TILES, 1, Math.max(1, TASKS / groups));
        BackwardScratch layout = new BackwardScratch(p, parts == 1);
        int tasks = Math.multiplyExact(groups, parts);
        if (parts == 1) {
            return () -> team.run(tasks, task -> {
                try (HostBuffer memory = team.scratch().allocate(layout.bytes())) {
                    long sums = memory.address() + layout.querySums;
                    BackwardTask work = task(problem, layout, memory.address(), sums, task, 0, 1);
                    work.run();
                    work.storeQueries(0, layout.panels);
                }
            });
        }
        long sumBytes = layout.querySumBytes();
        return () -> {
            try (HostBuffer all = team.scratch().allocate(sumBytes * tasks)) {
                team.run(tasks, task -> {
                    try (HostBuffer memory = team.scratch().allocate(layout.bytes())) {
                        long sums = all.address() + task * sumBytes;
                        task(problem, layout, memory.address(), sums, task / parts, task % parts, parts)
                                .run();
                    }
                });
                team.run(tasks, task -> {
                    int first = (int) ((long) layout.panels * (task % parts) / parts);
                    int end = (int) ((long) layout.panels * (task % parts + 1) / parts);
                    long sums = all.address() + task / parts * parts * sumBytes;
                    add(sums, sumBytes, parts, first * layout.querySumPanel, end * layout.querySumPanel);
                    try (HostBuffer row = team.scratch().allocate(layout.bytes())) {
                        task(problem, layout, row.address(), sums, task / parts, 0, parts)
                                .storeQueries(first, end);
                    }
                });
            }
        };
    }

    private static BackwardTask task(
            BackwardProblem problem,
            BackwardScratch layout,
            long memory,
            long querySums,
            int group,
            int part,
            int parts) {
        int keyHeads = problem.forward().keyHeads;
        return new BackwardTask(problem, layout, memory, querySums, group / keyHeads, group % keyHeads, part, parts);
    }

    /** Adds bytes {@code from} to {@code to} of the second and later of some equal arrays to the first. */
    private static void add(long arrays, long bytes, int count, long from, long to) {
        for (int part = 1; part < count; part++) {
            long sum = arrays & ADDRESS_MASK;
            long term = arrays + part * bytes & ADDRESS_MASK;
            for (long at = from; at < to; at += 4) {
                OffHeap.setFloat(sum + at, OffHeap.getFloat(sum + at) + OffHeap.getFloat(term + at));
            }
        }
    }
}
