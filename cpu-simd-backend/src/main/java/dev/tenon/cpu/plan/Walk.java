package dev.tenon.cpu.plan;

import dev.tenon.DType;

/** Moves elements between one operand of a loop and a tile, across as many short rows as it takes. */
final class Walk {
    private Walk() {}

    /**
     * Loads {@code n} elements from the loop's place {@code start} on.
     *
     * @param base the operand's first element, {@code axes.bases()[operand]} or moved from it
     */
    static void load(Domain domain, DType type, Axes axes, int operand, long base, long start, int n, long tile) {
        move(domain, type, axes, operand, base, start, n, tile, true);
    }

    static void store(Domain domain, DType type, Axes axes, int operand, long base, long start, int n, long tile) {
        move(domain, type, axes, operand, base, start, n, tile, false);
    }

    private static void move(
            Domain domain, DType type, Axes axes, int operand, long base, long start, int n, long tile, boolean load) {
        int last = axes.rank() - 1;
        long[] steps = axes.steps()[operand];
        long[] sizes = axes.sizes();
        long[] index = Scratch.current().index;
        long address = base;
        long rest = start;
        for (int a = last; a >= 0; a--) {
            index[a] = rest % sizes[a];
            rest /= sizes[a];
            address += index[a] * steps[a];
        }
        if (last < 0) {
            piece(domain, type, address, 0, tile, 1, load);
            return;
        }
        int done = 0;
        while (true) {
            int run = (int) Math.min(n - done, sizes[last] - index[last]);
            piece(domain, type, address, steps[last], tile + (long) done * domain.bytes(), run, load);
            done += run;
            if (done == n) {
                return;
            }
            address -= index[last] * steps[last];
            index[last] = 0;
            int a = last - 1;
            while (++index[a] == sizes[a]) {
                address -= (sizes[a] - 1) * steps[a];
                index[a] = 0;
                a--;
            }
            address += steps[a];
        }
    }

    private static void piece(Domain domain, DType type, long address, long step, long tile, int n, boolean load) {
        if (load) {
            Stage.load(domain, type, address, step, tile, n);
        } else {
            Stage.store(domain, type, tile, address, step, n);
        }
    }
}
