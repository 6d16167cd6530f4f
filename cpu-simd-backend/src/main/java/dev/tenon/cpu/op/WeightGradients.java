package dev.tenon.cpu.op;

import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.plan.Domain;
import dev.tenon.cpu.plan.Slot;
import dev.tenon.cpu.plan.Stage;
import dev.tenon.cpu.thread.ThreadTeam;
import dev.tenon.memory.HostBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Sums over rows that several tasks make at once: each task, a fixed number of rows, has accumulators of its own, and these
 * are added in order. The number of tasks comes from the shape, so the sums do not depend on the threads.
 */
final class WeightGradients {
    /** Accumulators are read and written once a task, so there must not be many. */
    private static final long MOST_TASKS = 16;

    private final ThreadTeam team;
    private final Domain domain;
    private final @Nullable Tensor gradWeight;
    private final @Nullable Tensor gradBias;
    private final int n;
    private final long rowsPerTask;
    private final int tasks;
    private final long pitch;
    private long base;

    WeightGradients(
            ThreadTeam team, Domain domain, Shape shape, @Nullable Tensor gradWeight, @Nullable Tensor gradBias) {
        this.team = team;
        this.domain = domain;
        this.gradWeight = gradWeight;
        this.gradBias = gradBias;
        n = Math.toIntExact(shape.size(-1));
        long rows = shape.elements() / n;
        rowsPerTask = Math.max(1, Math.max((rows + MOST_TASKS - 1) / MOST_TASKS, (1 << 13) / n));
        tasks = (int) ((rows + rowsPerTask - 1) / rowsPerTask);
        pitch = ((long) n * (domain == Domain.F32 ? Float.BYTES : Double.BYTES) + 127) / 64 * 64;
    }

    long rowsPerTask() {
        return rowsPerTask;
    }

    /** The weight's accumulators for a row; 0 where its gradient is not wanted. */
    long weight(long row) {
        return gradWeight == null ? 0 : base + 2 * pitch * (row / rowsPerTask);
    }

    /** The bias's accumulators for a row; 0 where its gradient is not wanted. */
    long bias(long row) {
        return gradBias == null ? 0 : base + 2 * pitch * (row / rowsPerTask) + pitch;
    }

    /** Runs the loop over the rows and adds up what its tasks left. */
    void run(Runnable loop) {
        if (gradWeight == null && gradBias == null) {
            loop.run();
            return;
        }
        HostBuffer buffer = team.scratch().allocate(Math.max(64, 2 * pitch * tasks));
        try {
            base = buffer.address();
            OffHeap.clear(base, 2 * pitch * tasks);
            loop.run();
            finish(gradWeight, 0);
            finish(gradBias, pitch);
        } finally {
            buffer.close();
        }
    }

    private void finish(@Nullable Tensor gradient, long offset) {
        if (gradient == null) {
            return;
        }
        long step = gradient.layout().stride(0) * gradient.dtype().blockBytes();
        long to = Slot.address(gradient);
        for (int i = 0; i < n; i++) {
            double sum = 0;
            for (int t = 0; t < tasks; t++) {
                long at = base + 2 * pitch * t + offset;
                sum += domain == Domain.F32 ? OffHeap.getFloat(at + 4L * i) : OffHeap.getDouble(at + 8L * i);
            }
            Stage.setDouble(gradient.dtype(), to + i * step, sum);
        }
    }
}
