package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.math.Lanes;
import dev.tenon.cpu.thread.ThreadTeam;
import java.util.List;

/**
 * Tensors of one shape combined element by element, in order, and the result written to one or more of that shape. A tile
 * of every input is read before any output's is written, so outputs may be inputs.
 */
public final class CombineLoop implements Runnable {
    private static final long PARALLEL_WORK = 1 << 16;

    private final ThreadTeam team;
    private final ReduceKernel kernel;
    private final Domain domain;
    private final DType type;
    private final List<Axes> ins;
    private final List<Axes> outs;
    private final long elements;

    /** @param kernel combines and finishes; its column form is what is used */
    public CombineLoop(ThreadTeam team, ReduceKernel kernel, List<Tensor> in, List<Tensor> out) {
        this.team = team;
        this.kernel = kernel;
        this.domain = kernel.domain();
        this.type = in.getFirst().dtype();
        this.ins = in.stream().map(Axes::of).toList();
        this.outs = out.stream().map(Axes::of).toList();
        this.elements = in.getFirst().shape().elements();
    }

    @Override
    public void run() {
        if (elements == 0) {
            return;
        }
        if (elements * ins.size() < PARALLEL_WORK) {
            range(0, elements);
            return;
        }
        long tiles = (elements + Scratch.TILE - 1) / Scratch.TILE;
        long size = Scratch.TILE * Math.max(8, (tiles + 255) / 256);
        team.run((int) ((elements + size - 1) / size), c -> range(c * size, Math.min(elements, (c + 1) * size)));
    }

    private void range(long from, long to) {
        Scratch scratch = Scratch.current();
        long accumulators = scratch.tile(0);
        long tile = scratch.tile(1);
        for (long start = from; start < to; start += Scratch.TILE) {
            int n = (int) Math.min(Scratch.TILE, to - start);
            load(ins.getFirst(), start, n, accumulators);
            for (int i = 1; i < ins.size(); i++) {
                load(ins.get(i), start, n, tile);
                kernel.column(tile, accumulators, domain == Domain.F32 ? Lanes.roundUp(n) : n);
            }
            finish(accumulators, n);
            for (Axes out : outs) {
                Walk.store(domain, type, out, 0, out.bases()[0], start, n, accumulators);
            }
        }
    }

    private void load(Axes in, long start, int n, long tile) {
        Walk.load(domain, type, in, 0, in.bases()[0], start, n, tile);
    }

    private void finish(long accumulators, int n) {
        for (int i = 0; i < n; i++) {
            if (domain == Domain.F32) {
                long at = accumulators + 4L * i;
                long bits = Double.doubleToRawLongBits(OffHeap.getFloat(at));
                OffHeap.setFloat(at, (float) Double.longBitsToDouble(kernel.finish(bits, ins.size())));
            } else {
                long at = accumulators + 8L * i;
                OffHeap.setLong(at, kernel.finish(OffHeap.getLong(at), ins.size()));
            }
        }
    }
}
