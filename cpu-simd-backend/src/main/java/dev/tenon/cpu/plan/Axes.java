package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Tensor;
import java.util.Arrays;

/**
 * The axes of a loop over several operands, outermost first, as few as they can be: axes of size 1 go, axes are ordered by
 * the first operand's steps and turned so that those are positive, and neighbours that every operand passes in one stride
 * are merged. Elementwise work is free to go in any order; work with an order of its own keeps it.
 *
 * @param sizes of each axis
 * @param bases of each operand, in bytes
 * @param steps in bytes, [operand][axis]
 */
record Axes(long[] sizes, long[] bases, long[][] steps) {
    int rank() {
        return sizes.length;
    }

    long elements() {
        long elements = 1;
        for (long size : sizes) {
            elements *= size;
        }
        return elements;
    }

    /** The innermost axis's size; 1 where there is none. */
    long inner() {
        return sizes.length == 0 ? 1 : sizes[sizes.length - 1];
    }

    /** One operand's step along the innermost axis; 0 where there is none. */
    long innerStep(int operand) {
        return sizes.length == 0 ? 0 : steps[operand][sizes.length - 1];
    }

    /** Whether an operand's elements lie one after another, {@code bytes} apart, in the loop's order. */
    boolean isLinear(int operand, int bytes) {
        long expected = bytes;
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (steps[operand][i] != expected) {
                return false;
            }
            expected *= sizes[i];
        }
        return true;
    }

    /** One tensor's, in row-major order. */
    static Axes of(Tensor tensor) {
        return of(tensor.layout(), tensor.dtype(), Slot.address(tensor));
    }

    /** One layout's, in row-major order, with its first element at {@code base}. */
    static Axes of(Layout layout, DType type, long base) {
        long[] steps = layout.strides();
        for (int i = 0; i < steps.length; i++) {
            steps[i] *= type.blockBytes();
        }
        return inOrder(layout.shape().sizes(), new long[] {base}, new long[][] {steps});
    }

    /** One axis that every operand passes contiguously. */
    static Axes linear(long elements, long[] bases, long[] bytes) {
        long[][] steps = new long[bases.length][];
        for (int i = 0; i < bases.length; i++) {
            steps[i] = new long[] {bytes[i]};
        }
        return new Axes(new long[] {elements}, bases, steps);
    }

    /** In the order that suits the first operand. The arrays are taken over. */
    static Axes anyOrder(long[] sizes, long[] bases, long[][] steps) {
        Axes kept = withoutOnes(sizes, bases, steps);
        kept.turn();
        kept.sort();
        return kept.merge();
    }

    /** In the given order. */
    static Axes inOrder(long[] sizes, long[] bases, long[][] steps) {
        return withoutOnes(sizes, bases, steps).merge();
    }

    private static Axes withoutOnes(long[] sizes, long[] bases, long[][] steps) {
        int kept = 0;
        for (long size : sizes) {
            kept += size == 1 ? 0 : 1;
        }
        long[] newSizes = new long[kept];
        long[][] newSteps = new long[steps.length][kept];
        int to = 0;
        for (int i = 0; i < sizes.length; i++) {
            if (sizes[i] != 1) {
                newSizes[to] = sizes[i];
                for (int j = 0; j < steps.length; j++) {
                    newSteps[j][to] = steps[j][i];
                }
                to++;
            }
        }
        return new Axes(newSizes, bases.clone(), newSteps);
    }

    private void turn() {
        for (int i = 0; i < sizes.length; i++) {
            if (steps[0][i] < 0) {
                for (int j = 0; j < steps.length; j++) {
                    bases[j] += steps[j][i] * (sizes[i] - 1);
                    steps[j][i] = -steps[j][i];
                }
            }
        }
    }

    /** By insertion: there are few axes and most are in order. */
    private void sort() {
        for (int i = 1; i < sizes.length; i++) {
            for (int k = i; k > 0 && steps[0][k - 1] < steps[0][k]; k--) {
                swap(sizes, k);
                for (long[] step : steps) {
                    swap(step, k);
                }
            }
        }
    }

    private static void swap(long[] values, int k) {
        long value = values[k];
        values[k] = values[k - 1];
        values[k - 1] = value;
    }

    private Axes merge() {
        int to = 0;
        for (int i = 1; i < sizes.length; i++) {
            boolean one = true;
            for (long[] step : steps) {
                one &= step[to] == step[i] * sizes[i];
            }
            if (one) {
                sizes[to] *= sizes[i];
            } else {
                sizes[++to] = sizes[i];
            }
            for (long[] step : steps) {
                step[to] = step[i];
            }
        }
        int rank = sizes.length == 0 ? 0 : to + 1;
        if (rank == sizes.length) {
            return this;
        }
        long[][] fewer = new long[steps.length][];
        for (int j = 0; j < steps.length; j++) {
            fewer[j] = Arrays.copyOf(steps[j], rank);
        }
        return new Axes(Arrays.copyOf(sizes, rank), bases, fewer);
    }
}
