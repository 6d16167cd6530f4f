package dev.tenon.cpu.plan;

import dev.tenon.Shape;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.thread.ThreadTeam;

/**
 * An elementwise kernel bound to its operands. The loop runs over the merged axes in tiles. An operand whose tile is
 * contiguous and of the domain's type is computed with in place; any other is staged. Where the innermost axis is short,
 * tiles run across rows.
 */
public final class ElementLoop implements Runnable {
    /** Innermost axes at least this long are walked row by row, so that operands can be used in place. */
    private static final int LONG_ROW = 128;

    /** The most elements of one tile that needs no staging. */
    private static final int OPEN_TILE = 1 << 24;

    /** Bits of work (elements times weight) that are worth a second thread: some ten microseconds. */
    private static final long PARALLEL_WORK = 1 << 16;

    private final ThreadTeam team;
    private final Domain domain;
    private final TileKernel kernel;
    private final Slot[] slots;
    private final Axes axes;
    private final long elements;
    private final boolean byRows;
    /** Whether an operand can be used in place, but for the last few elements that do not fill a vector. */
    private final boolean[] direct;

    private final int tile;
    private final int weight;

    private ElementLoop(ThreadTeam team, Domain domain, TileKernel kernel, int weight, Slot[] slots, Axes axes) {
        this.team = team;
        this.domain = domain;
        this.kernel = kernel;
        this.weight = weight;
        this.slots = slots;
        this.axes = axes;
        this.elements = axes.elements();
        this.byRows = axes.rank() <= 1 || axes.inner() >= LONG_ROW;
        this.direct = new boolean[slots.length];
        boolean open = true;
        for (int i = 0; i < slots.length; i++) {
            direct[i] = domain.is(slots[i].type())
                    && (byRows
                            ? axes.rank() == 0 || axes.innerStep(i) == domain.bytes()
                            : axes.isLinear(i, domain.bytes()));
            open &= direct[i];
        }
        this.tile = open ? OPEN_TILE : Scratch.TILE;
    }

    /**
     * @param weight what an element costs, an addition being 1
     * @param shape what the operands are broadcast to
     * @param outputIndex the operand whose layout decides the order
     */
    public static ElementLoop bind(
            ThreadTeam team,
            Domain domain,
            TileKernel kernel,
            int weight,
            Shape shape,
            int outputIndex,
            Slot... slots) {
        return new ElementLoop(team, domain, kernel, weight, slots, axes(shape, outputIndex, slots));
    }

    private static Axes axes(Shape shape, int order, Slot[] slots) {
        boolean linear = true;
        for (int i = 0; i < slots.length && linear; i++) {
            linear = slots[i].layout().isContiguous()
                    && slots[i].layout().shape().equals(shape);
        }
        int count = slots.length;
        long[] bases = new long[count];
        if (linear) {
            long[] bytes = new long[count];
            for (int i = 0; i < count; i++) {
                bases[i] = slots[i].first();
                bytes[i] = slots[i].type().blockBytes();
            }
            return Axes.linear(shape.elements(), bases, bytes);
        }
        // The operand that decides the order goes first for the merge and back to its place after.
        long[][] steps = new long[count][];
        for (int i = 0; i < count; i++) {
            Slot slot = slots[i].broadcastTo(shape);
            int bytes = slot.type().blockBytes();
            long[] step = slot.layout().strides();
            for (int a = 0; a < step.length; a++) {
                step[a] *= bytes;
            }
            steps[i] = step;
            bases[i] = slot.first();
        }
        swap(steps, order);
        swap(bases, order);
        Axes axes = Axes.anyOrder(shape.sizes(), bases, steps);
        swap(axes.steps(), order);
        swap(axes.bases(), order);
        return axes;
    }

    private static void swap(long[][] values, int i) {
        long[] first = values[0];
        values[0] = values[i];
        values[i] = first;
    }

    private static void swap(long[] values, int i) {
        long first = values[0];
        values[0] = values[i];
        values[i] = first;
    }

    @Override
    public void run() {
        if (elements == 0) {
            return;
        }
        long chunk = Math.max(PARALLEL_WORK / 4, Scratch.TILE * (long) weight) / weight / Scratch.TILE * Scratch.TILE;
        if (elements * weight < PARALLEL_WORK || elements <= chunk || team.size() == 1) {
            range(0, elements);
            return;
        }
        // Chunks grow with the work, so that there are never more than a few hundred.
        long size = Math.max(chunk, (elements / 256 + Scratch.TILE - 1) / Scratch.TILE * Scratch.TILE);
        int count = (int) ((elements + size - 1) / size);
        team.run(count, c -> range(c * size, Math.min(elements, (c + 1) * size)));
    }

    private void range(long from, long to) {
        Scratch scratch = Scratch.current();
        if (!byRows) {
            across(scratch, from, to);
            return;
        }
        long inner = axes.inner();
        long at = from;
        while (at < to) {
            long row = at / inner;
            long column = at - row * inner;
            long count = Math.min(inner - column, to - at);
            locate(scratch.base, row, column);
            row(scratch, count);
            at += count;
        }
    }

    /** Sets each operand's address for a row and column. */
    private void locate(long[] base, long row, long column) {
        int last = axes.rank() - 1;
        for (int i = 0; i < slots.length; i++) {
            base[i] = axes.bases()[i] + column * axes.innerStep(i);
        }
        long rest = row;
        for (int a = last - 1; a >= 0 && rest > 0; a--) {
            long size = axes.sizes()[a];
            long index = rest % size;
            rest /= size;
            for (int i = 0; i < slots.length; i++) {
                base[i] += index * axes.steps()[i][a];
            }
        }
    }

    /** A run of the innermost axis from {@code scratch.base}. */
    private void row(Scratch scratch, long count) {
        long[] base = scratch.base;
        long left = count;
        int vector = domain == Domain.F32 ? Lanes.COUNT : 1;
        while (left > 0) {
            int n = (int) Math.min(left, tile);
            if (n >= vector) {
                n -= n % vector;
                tile(scratch, n, false);
            } else {
                tile(scratch, n, true);
            }
            for (int i = 0; i < slots.length; i++) {
                base[i] += n * axes.innerStep(i);
            }
            left -= n;
        }
    }

    /** @param staged whether even operands that could be used in place are staged */
    private void tile(Scratch scratch, int n, boolean staged) {
        long[] at = scratch.at;
        for (int i = 0; i < slots.length; i++) {
            if (direct[i] && !staged) {
                at[i] = scratch.base[i];
            } else {
                at[i] = scratch.tile(i);
                if (slots[i].reads()) {
                    Stage.load(domain, slots[i].type(), scratch.base[i], axes.innerStep(i), at[i], n);
                }
            }
        }
        kernel.run(at, domain == Domain.F32 ? Lanes.roundUp(n) : n);
        for (int i = 0; i < slots.length; i++) {
            if (slots[i].writes() && (!direct[i] || staged)) {
                Stage.store(domain, slots[i].type(), scratch.tile(i), scratch.base[i], axes.innerStep(i), n);
            }
        }
    }

    /** Tiles that run across short rows. */
    private void across(Scratch scratch, long from, long to) {
        long[] at = scratch.at;
        for (long start = from; start < to; start += Scratch.TILE) {
            int n = (int) Math.min(Scratch.TILE, to - start);
            boolean whole = domain != Domain.F32 || n % Lanes.COUNT == 0;
            for (int i = 0; i < slots.length; i++) {
                if (direct[i] && whole) {
                    at[i] = axes.bases()[i] + start * domain.bytes();
                } else {
                    at[i] = scratch.tile(i);
                    if (slots[i].reads()) {
                        Walk.load(domain, slots[i].type(), axes, i, axes.bases()[i], start, n, at[i]);
                    }
                }
            }
            kernel.run(at, whole ? n : Lanes.roundUp(n));
            for (int i = 0; i < slots.length; i++) {
                if (slots[i].writes() && !(direct[i] && whole)) {
                    Walk.store(domain, slots[i].type(), axes, i, axes.bases()[i], start, n, scratch.tile(i));
                }
            }
        }
    }
}
