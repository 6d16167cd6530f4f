package dev.tenon.cpu.plan;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.cpu.thread.ThreadTeam;

/**
 * A kernel over rows bound to its operands. All operands have the first one's axes but for the last: a row's statistic has
 * a last axis of size 1, and a vector that all rows share is broadcast to them. Rows that are contiguous and of the
 * domain's type are used in place, others are staged whole.
 */
public final class RowLoop implements Runnable {
    /** Elements times weight that are worth a second thread. */
    private static final long PARALLEL_WORK = 1 << 16;

    private final ThreadTeam team;
    private final Domain domain;
    private final RowKernel kernel;
    private final Slot[] slots;
    private final int[] widths;
    private final long[] innerSteps;
    private final boolean[] direct;
    private final boolean[] shared;
    private final boolean staging;
    private final Axes axes;
    private final long rows;
    private final int n;
    private final int weight;

    private final long rowsPerTask;

    private RowLoop(ThreadTeam team, Domain domain, RowKernel kernel, int weight, long rowsPerTask, Slot[] slots) {
        this.team = team;
        this.domain = domain;
        this.kernel = kernel;
        this.weight = weight;
        this.rowsPerTask = rowsPerTask;
        this.slots = slots;
        int rank = slots[0].layout().shape().rank() - 1;
        int count = slots.length;
        widths = new int[count];
        innerSteps = new long[count];
        direct = new boolean[count];
        shared = new boolean[count];
        long[] bases = new long[count];
        long[][] steps = new long[count][rank];
        boolean any = false;
        for (int i = 0; i < count; i++) {
            Slot slot = slots[i];
            Layout layout = slot.layout();
            int bytes = slot.type().blockBytes();
            widths[i] = (int) layout.shape().size(rank);
            innerSteps[i] = layout.stride(rank) * bytes;
            direct[i] = domain.is(slot.type()) && (innerSteps[i] == bytes || widths[i] == 1);
            any |= !direct[i];
            bases[i] = slot.first();
            shared[i] = !slot.writes();
            for (int a = 0; a < rank; a++) {
                steps[i][a] = layout.stride(a) * bytes;
                shared[i] &= steps[i][a] == 0 || layout.shape().size(a) == 1;
            }
        }
        staging = any;
        n = widths[0];
        Shape shape = slots[0].layout().shape();
        axes = Axes.inOrder(shape.without(rank).sizes(), bases, steps);
        rows = axes.elements();
    }

    /**
     * @param weight what an element costs, an addition being 1
     * @param slots the first one's last axis is the row
     */
    public static RowLoop bind(ThreadTeam team, Domain domain, RowKernel kernel, int weight, Slot... slots) {
        return new RowLoop(team, domain, kernel, weight, 0, slots);
    }

    /** @param rowsPerTask how many rows a task does, whatever they cost; for kernels that keep something a task */
    public static RowLoop bind(
            ThreadTeam team, Domain domain, RowKernel kernel, int weight, long rowsPerTask, Slot... slots) {
        return new RowLoop(team, domain, kernel, weight, rowsPerTask, slots);
    }

    /** A kernel to which all rows are alike. */
    public static RowLoop bindPlain(ThreadTeam team, Domain domain, RowKernel.Plain kernel, int weight, Slot... slots) {
        return new RowLoop(team, domain, kernel.numbered(), weight, 0, slots);
    }

    @Override
    public void run() {
        long work = Math.max(1, (long) n * weight);
        if (rows <= 1 || team.size() == 1 || rows * work < PARALLEL_WORK) {
            range(0, rows);
            return;
        }
        long size = rowsPerTask > 0 ? rowsPerTask : Math.max(1, Math.max(PARALLEL_WORK / 4 / work, (rows + 255) / 256));
        int count = (int) ((rows + size - 1) / size);
        team.run(count, c -> range(c * size, Math.min(rows, (c + 1) * size)));
    }

    private void range(long from, long to) {
        long[] at = new long[slots.length];
        long[] base = new long[slots.length];
        long buffers = 0;
        long pitch = ((long) n * domain.bytes() + 127) / 64 * 64;
        if (staging) {
            buffers = Scratch.current().rows(slots.length, pitch);
            for (int i = 0; i < slots.length; i++) {
                if (!direct[i] && shared[i]) {
                    load(i, axes.bases()[i], buffers + i * pitch);
                }
            }
        }
        for (long row = from; row < to; row++) {
            locate(base, row);
            for (int i = 0; i < slots.length; i++) {
                if (direct[i]) {
                    at[i] = base[i];
                } else {
                    at[i] = buffers + i * pitch;
                    if (slots[i].reads() && !shared[i]) {
                        load(i, base[i], at[i]);
                    }
                }
            }
            kernel.run(at, n, row);
            for (int i = 0; i < slots.length; i++) {
                if (!direct[i] && slots[i].writes()) {
                    Stage.store(domain, slots[i].type(), buffers + i * pitch, base[i], innerSteps[i], widths[i]);
                }
            }
        }
    }

    private void load(int i, long from, long to) {
        Stage.load(domain, slots[i].type(), from, innerSteps[i], to, widths[i]);
    }

    private void locate(long[] base, long row) {
        for (int i = 0; i < base.length; i++) {
            base[i] = axes.bases()[i];
        }
        long rest = row;
        for (int a = axes.rank() - 1; a >= 0; a--) {
            long size = axes.sizes()[a];
            long index = a == 0 ? rest : rest % size;
            rest = a == 0 ? 0 : rest / size;
            for (int i = 0; i < base.length; i++) {
                base[i] += index * axes.steps()[i][a];
            }
        }
    }
}
