package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.cpu.OffHeap;
import dev.tenon.cpu.kernel.AddKernels;
import dev.tenon.cpu.math.Lanes;

/** Adds several rows, of any layout, to one; sums are rounded to the target's type once. */
public final class AddRows {
    private final Domain domain;
    private final DType toType;
    private final DType fromType;
    private final Axes to;
    private final Axes from;

    /** Layouts give the rows' shape and strides; where they lie is said later. */
    public AddRows(Layout to, DType toType, Layout from, DType fromType) {
        this.domain = Domain.of(toType);
        this.toType = toType;
        this.fromType = fromType;
        this.to = Axes.of(to, toType, 0);
        this.from = Axes.of(from, fromType, 0);
    }

    public long elements() {
        return to.elements();
    }

    /**
     * @param rows first elements' addresses, in the order they are added
     * @param target the address of the first element of the row they are added to
     */
    public void add(long[] rows, long target) {
        Scratch scratch = Scratch.current();
        long sums = scratch.tile(0);
        long tile = scratch.tile(1);
        long losses = scratch.tile(2);
        long elements = to.elements();
        for (long start = 0; start < elements; start += Scratch.TILE) {
            int n = (int) Math.min(Scratch.TILE, elements - start);
            Walk.load(domain, toType, to, 0, target, start, n, sums);
            if (domain == Domain.F32) {
                OffHeap.clear(losses, 4L * Scratch.TILE);
            }
            for (long row : rows) {
                Walk.load(domain, fromType, from, 0, row, start, n, tile);
                if (domain == Domain.F32) {
                    AddKernels.floats(tile, sums, losses, Lanes.roundUp(n));
                } else {
                    AddKernels.doubles(tile, sums, n);
                }
            }
            if (domain == Domain.F32) {
                AddKernels.settle(sums, losses, Lanes.roundUp(n));
            }
            Walk.store(domain, toType, to, 0, target, start, n, sums);
        }
    }
}
