package dev.tenon.cpu.attention;

import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;

/**
 * Attention of many queries (FlashAttention: Dao et al. 2022). A task is a stretch of the queries of one key head, all its
 * query heads together: it walks over the keys tile by tile, and each tile, converted and packed once, serves all panels
 * of the task.
 */
final class TiledAttention {
    /**
     * Bytes of queries and sums of a task. Packing a tile costs as much as the work of half a panel on it, so the more
     * panels share it the better, as long as a core's second-level cache holds most of them.
     */
    private static final long TASK_BYTES = 512 << 10;

    private TiledAttention() {}

    static Runnable bind(AttentionProblem problem, ThreadTeam team) {
        long rows = (long) problem.queries * problem.group;
        int panels = Math.toIntExact((rows + Panels.WIDTH - 1) / Panels.WIDTH);
        int groups = Math.multiplyExact(problem.batch, problem.keyHeads);
        // Only who computes what depends on the number of threads, not what is computed.
        long share = (long) panels * groups / (4L * team.size());
        long panelBytes = (long) (problem.headSize + problem.valueSize) * Panels.PANEL_BYTES;
        int perTask = (int) Math.clamp(share, 1, Math.max(1, TASK_BYTES / Math.max(1, panelBytes)));
        int perGroup = (panels + perTask - 1) / perTask;
        int tasks = Math.multiplyExact(groups, perGroup);
        TileScratch layout = new TileScratch(problem.headSize, problem.valueSize, perTask);
        return () -> {
            for (int b = 0; b < problem.batch; b++) {
                problem.rows.check(b);
            }
            team.run(tasks, task -> {
                int group = task / perGroup;
                // The last queries see the most keys; starting with them leaves the short tasks for the end.
                int first = (perGroup - 1 - task % perGroup) * perTask;
                int count = Math.min(perTask, panels - first);
                try (HostBuffer memory = team.scratch().allocate(layout.bytes())) {
                    new TiledTask(
                                    problem,
                                    layout,
                                    memory.address(),
                                    group / problem.keyHeads,
                                    group % problem.keyHeads,
                                    first,
                                    count)
                            .run();
                }
            });
        };
    }
}
