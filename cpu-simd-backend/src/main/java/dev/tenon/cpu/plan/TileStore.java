package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.thread.ThreadTeam;

/** Fills a tensor of any layout tile by tile in row-major order, for values that depend on their place. */
public final class TileStore implements Runnable {
    /** Computes tiles. */
    @FunctionalInterface
    public interface Source {
        /** Writes elements {@code start} to {@code start + count - 1} to {@code tile}. */
        void fill(long tile, long start, int count);
    }

    private static final long PARALLEL_WORK = 1 << 16;

    private final ThreadTeam team;
    private final Domain domain;
    private final int weight;
    private final DType type;
    private final Axes axes;
    private final Source source;

    /** @param weight what an element costs, an addition being 1 */
    public TileStore(ThreadTeam team, Domain domain, int weight, Tensor out, Source source) {
        this.team = team;
        this.domain = domain;
        this.weight = weight;
        this.type = out.dtype();
        this.axes = Axes.of(out);
        this.source = source;
    }

    @Override
    public void run() {
        long elements = axes.elements();
        if (elements == 0) {
            return;
        }
        if (elements * weight < PARALLEL_WORK) {
            range(0, elements);
            return;
        }
        long tiles = (elements + Scratch.TILE - 1) / Scratch.TILE;
        long size = Scratch.TILE * Math.max(4, (tiles + 255) / 256);
        team.run((int) ((elements + size - 1) / size), c -> range(c * size, Math.min(elements, (c + 1) * size)));
    }

    private void range(long from, long to) {
        long tile = Scratch.current().tile(0);
        for (long start = from; start < to; start += Scratch.TILE) {
            int n = (int) Math.min(Scratch.TILE, to - start);
            source.fill(tile, start, n);
            Walk.store(domain, type, axes, 0, axes.bases()[0], start, n, tile);
        }
    }
}
