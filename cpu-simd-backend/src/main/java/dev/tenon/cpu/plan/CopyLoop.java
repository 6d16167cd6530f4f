package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.thread.ThreadTeam;

/**
 * Moves elements (or whole quantized blocks) from one layout to another, bit for bit. Runs that are contiguous on both
 * sides are moved at once; transposed ones in squares that stay in the cache.
 */
public final class CopyLoop implements Runnable {
    private static final long PARALLEL_BYTES = 1 << 18;
    /** The side of a square of elements: 32 cache lines on each side. */
    private static final int SQUARE = 32;

    private final ThreadTeam team;
    private final int unit;
    private final Axes axes;
    private final long elements;
    private final boolean linear;
    /** The axis along which the source is contiguous where the target is not; -1: none or no gain. */
    private final int other;

    private CopyLoop(ThreadTeam team, int unit, Axes axes) {
        this.team = team;
        this.unit = unit;
        this.axes = axes;
        this.elements = axes.elements();
        this.linear = axes.isLinear(0, unit) && axes.isLinear(1, unit);
        this.other = other(axes);
    }

    private static int other(Axes axes) {
        int last = axes.rank() - 1;
        if (last < 1 || axes.inner() < 4) {
            return -1;
        }
        long least = Math.abs(axes.innerStep(1));
        int found = -1;
        for (int a = 0; a < last; a++) {
            long step = Math.abs(axes.steps()[1][a]);
            if (step != 0 && step < least && axes.sizes()[a] >= 4) {
                least = step;
                found = a;
            }
        }
        return found;
    }

    /** Copies {@code in}, repeated to the target's shape, to {@code out}. */
    public static CopyLoop bind(ThreadTeam team, Tensor in, Tensor out) {
        return bind(
                team,
                out.dtype(),
                Slot.storage(in),
                in.layout().broadcastTo(out.shape()),
                Slot.storage(out),
                out.layout());
    }

    public static CopyLoop bind(ThreadTeam team, DType type, long from, Layout in, long to, Layout out) {
        int unit = type.blockBytes();
        int block = type.blockSize();
        long[] bases = {to + out.offset() / block * unit, from + in.offset() / block * unit};
        Shape shape = out.shape();
        if (in.isContiguous() && out.isContiguous() && in.shape().equals(shape)) {
            return new CopyLoop(team, unit, Axes.linear(shape.elements() / block, bases, new long[] {unit, unit}));
        }
        long[] sizes = shape.sizes();
        long[][] steps = {out.strides(), in.strides()};
        int last = sizes.length - 1;
        for (int a = 0; a <= last; a++) {
            for (long[] step : steps) {
                // Along the last axis a quantized tensor steps from block to block.
                step[a] = a == last && block > 1 ? unit : step[a] / block * unit;
            }
        }
        if (block > 1) {
            sizes[last] /= block;
        }
        return new CopyLoop(team, unit, Axes.anyOrder(sizes, bases, steps));
    }

    @Override
    public void run() {
        if (elements == 0) {
            return;
        }
        if (linear) {
            moveLinear();
            return;
        }
        long inner = axes.inner();
        long outer = elements / inner;
        if (other >= 0) {
            squares();
            return;
        }
        if (elements * unit < PARALLEL_BYTES || outer == 1) {
            rows(0, outer);
            return;
        }
        long size = Math.max(1, Math.max((outer + 63) / 64, PARALLEL_BYTES / 4 / (inner * unit)));
        int count = (int) ((outer + size - 1) / size);
        team.run(count, c -> rows(c * size, Math.min(outer, (c + 1) * size)));
    }

    private void moveLinear() {
        long bytes = elements * unit;
        long to = axes.bases()[0];
        long from = axes.bases()[1];
        if (bytes < PARALLEL_BYTES) {
            OffHeap.copy(from, to, bytes);
            return;
        }
        long size = Math.max(PARALLEL_BYTES / 2, (bytes + 63) / 64);
        int count = (int) ((bytes + size - 1) / size);
        team.run(count, c -> OffHeap.copy(from + c * size, to + c * size, Math.min(size, bytes - c * size)));
    }

    private void rows(long from, long to) {
        long inner = axes.inner();
        long toStep = axes.innerStep(0);
        long fromStep = axes.innerStep(1);
        boolean run = inner == 1 || (toStep == unit && fromStep == unit);
        for (long row = from; row < to; row++) {
            long target = axes.bases()[0];
            long source = axes.bases()[1];
            long rest = row;
            for (int a = axes.rank() - 2; a >= 0; a--) {
                long index = rest % axes.sizes()[a];
                rest /= axes.sizes()[a];
                target += index * axes.steps()[0][a];
                source += index * axes.steps()[1][a];
            }
            if (run) {
                OffHeap.copy(source, target, inner * unit);
            } else {
                strided(source, fromStep, target, toStep, inner);
            }
        }
    }

    private void squares() {
        int last = axes.rank() - 1;
        long columns = axes.sizes()[last];
        long lines = axes.sizes()[other];
        long bands = (lines + SQUARE - 1) / SQUARE;
        long rest = elements / columns / lines;
        long tasks = rest * bands;
        if (elements * unit < PARALLEL_BYTES || tasks == 1) {
            for (long t = 0; t < tasks; t++) {
                band(t / bands, t % bands * SQUARE, lines, columns);
            }
            return;
        }
        long size = (tasks + 255) / 256;
        int count = (int) ((tasks + size - 1) / size);
        team.run(count, c -> {
            for (long t = c * size; t < Math.min(tasks, (c + 1) * size); t++) {
                band(t / bands, t % bands * SQUARE, lines, columns);
            }
        });
    }

    private void band(long place, long line, long lines, long columns) {
        int last = axes.rank() - 1;
        long target = axes.bases()[0] + line * axes.steps()[0][other];
        long source = axes.bases()[1] + line * axes.steps()[1][other];
        long rest = place;
        for (int a = last - 1; a >= 0; a--) {
            if (a != other) {
                long index = rest % axes.sizes()[a];
                rest /= axes.sizes()[a];
                target += index * axes.steps()[0][a];
                source += index * axes.steps()[1][a];
            }
        }
        int height = (int) Math.min(SQUARE, lines - line);
        for (long column = 0; column < columns; column += SQUARE) {
            long width = Math.min(SQUARE, columns - column);
            for (int i = 0; i < height; i++) {
                strided(
                        source + i * axes.steps()[1][other] + column * axes.innerStep(1),
                        axes.innerStep(1),
                        target + i * axes.steps()[0][other] + column * axes.innerStep(0),
                        axes.innerStep(0),
                        width);
            }
        }
    }

    private void strided(long source, long fromStep, long target, long toStep, long count) {
        long from = source & OffHeap.ADDRESS_MASK;
        long to = target & OffHeap.ADDRESS_MASK;
        switch (unit) {
            case 1 -> {
                for (long i = 0; i < count; i++) {
                    OffHeap.setByte(to + i * toStep, OffHeap.getByte(from + i * fromStep));
                }
            }
            case 2 -> {
                for (long i = 0; i < count; i++) {
                    OffHeap.setShort(to + i * toStep, OffHeap.getShort(from + i * fromStep));
                }
            }
            case 4 -> {
                for (long i = 0; i < count; i++) {
                    OffHeap.setInt(to + i * toStep, OffHeap.getInt(from + i * fromStep));
                }
            }
            case 8 -> {
                for (long i = 0; i < count; i++) {
                    OffHeap.setLong(to + i * toStep, OffHeap.getLong(from + i * fromStep));
                }
            }
            default -> {
                for (long i = 0; i < count; i++) {
                    OffHeap.copy(from + i * fromStep, to + i * toStep, unit);
                }
            }
        }
    }
}
