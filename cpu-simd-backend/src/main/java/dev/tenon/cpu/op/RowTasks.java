package dev.tenon.cpu.op;

import dev.tenon.cpu.thread.ThreadTeam;
import java.util.function.LongConsumer;

/** Independent rows shared out over the team. */
final class RowTasks {
    private static final long PARALLEL_WORK = 1 << 16;

    private RowTasks() {}

    /**
     * @param work what a row costs, the addition of two elements being 1
     */
    static void run(ThreadTeam team, long rows, long work, LongConsumer row) {
        if (rows <= 1 || team.size() == 1 || rows * work < PARALLEL_WORK) {
            for (long i = 0; i < rows; i++) {
                row.accept(i);
            }
            return;
        }
        long size = Math.max(1, Math.max((rows + 255) / 256, PARALLEL_WORK / 4 / Math.max(1, work)));
        team.run((int) ((rows + size - 1) / size), t -> {
            for (long i = t * size; i < Math.min(rows, (t + 1) * size); i++) {
                row.accept(i);
            }
        });
    }
}
