package dev.tenon.kernels.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import java.util.Arrays;

/**
 * The axes of a loop over several operands in row-major order, as few as they can be: axes of size 1 go, and neighbours
 * that every operand passes in one stride are merged. What a kernel gets of it is the structure {@code TnAxes}.
 */
public final class Loop {
    /** As {@code TN_MAX_AXES} in tenon.h. */
    public static final int MAX_AXES = 8;

    private final int rank;
    private final long[] sizes;
    private final long[] bases;
    private final long[][] strides;

    private Loop(int rank, long[] sizes, long[] bases, long[][] strides) {
        this.rank = rank;
        this.sizes = sizes;
        this.bases = bases;
        this.strides = strides;
    }

    /** Over {@code shape}, to which every tensor broadcasts. */
    public static Loop over(Shape shape, Tensor... tensors) {
        Layout[] layouts = new Layout[tensors.length];
        for (int i = 0; i < tensors.length; i++) {
            layouts[i] = tensors[i].layout();
        }
        return over(shape, layouts);
    }

    /** Over {@code shape}, to which every layout broadcasts. */
    public static Loop over(Shape shape, Layout... layouts) {
        int axes = shape.rank();
        long[] bases = new long[layouts.length];
        long[][] strides = new long[layouts.length][];
        for (int i = 0; i < layouts.length; i++) {
            Layout layout = layouts[i].broadcastTo(shape);
            bases[i] = layout.offset();
            strides[i] = layout.strides();
        }
        return merged(shape.sizes(), bases, strides, axes);
    }

    /** Over all elements of quantized tensors in units of two bytes: every block is a whole number of these. */
    public static Loop overBlocks(Shape shape, Tensor... tensors) {
        DType type = tensors[0].dtype();
        int units = type.blockBytes() / 2;
        int block = type.blockSize();
        int rank = shape.rank();
        long[] sizes = Arrays.copyOf(shape.sizes(), rank + 1);
        sizes[rank - 1] /= block;
        sizes[rank] = units;
        long[] bases = new long[tensors.length];
        long[][] strides = new long[tensors.length][];
        for (int i = 0; i < tensors.length; i++) {
            Layout layout = tensors[i].layout().broadcastTo(shape);
            bases[i] = layout.offset() / block * units;
            strides[i] = Arrays.copyOf(layout.strides(), rank + 1);
            for (int a = 0; a < rank - 1; a++) {
                strides[i][a] = strides[i][a] / block * units;
            }
            strides[i][rank - 1] = units;
            strides[i][rank] = 1;
        }
        return merged(sizes, bases, strides, rank + 1);
    }

    private static Loop merged(long[] sizes, long[] bases, long[][] strides, int axes) {
        int to = -1;
        for (int from = 0; from < axes; from++) {
            if (sizes[from] == 1) {
                continue;
            }
            boolean joins = to >= 0;
            for (int i = 0; joins && i < strides.length; i++) {
                joins = strides[i][to] == strides[i][from] * sizes[from];
            }
            if (joins) {
                sizes[to] *= sizes[from];
            } else {
                sizes[++to] = sizes[from];
            }
            for (long[] stride : strides) {
                stride[to] = stride[from];
            }
        }
        return new Loop(to + 1, sizes, bases, strides);
    }

    /** How many axes are left. */
    public int rank() {
        return rank;
    }

    /** How many times the loop runs. */
    public long count() {
        long count = 1;
        for (int i = 0; i < rank; i++) {
            count *= sizes[i];
        }
        return count;
    }

    /** The macros that tell a kernel of the loop's form. */
    public String defines() {
        return isDense() ? "OPERANDS=" + bases.length + " DENSE" : "OPERANDS=" + bases.length;
    }

    /** The macros for any form of the loop: one program less to compile, for types that hot paths do not have. */
    public String generalDefines() {
        return "OPERANDS=" + bases.length;
    }

    /** Whether every operand's elements lie one after another. */
    public boolean isDense() {
        if (rank > 1) {
            return false;
        }
        if (rank == 1) {
            for (long[] stride : strides) {
                if (stride[0] != 1) {
                    return false;
                }
            }
        }
        return true;
    }

    /**
     * Whether, of each operand, every run of {@code vector} elements along the last axis lies one after another, from an element on that
     * is a multiple of the operand's entry in {@code alignments}.
     *
     * @param standing a bit for each operand that may repeat one element along the last axis instead
     */
    boolean isWide(long vector, long[] alignments, int standing) {
        if (rank == 0 || sizes[rank - 1] % vector != 0) {
            return false;
        }
        for (int i = 0; i < strides.length; i++) {
            boolean free = (standing >> i & 1) != 0 && stands(i);
            if (!free && (strides[i][rank - 1] != 1 || !isAligned(i, rank - 1, alignments[i]))) {
                return false;
            }
        }
        return true;
    }

    /** Whether an operand repeats one element along the last axis. */
    boolean stands(int operand) {
        return rank > 0 && strides[operand][rank - 1] == 0;
    }

    /** Whether the operand's base and all strides are multiples of so many elements. */
    boolean isAligned(int operand, long elements) {
        return isAligned(operand, rank, elements);
    }

    private boolean isAligned(int operand, int axes, long elements) {
        boolean aligned = bases[operand] % elements == 0;
        for (int axis = 0; axis < axes; axis++) {
            aligned &= strides[operand][axis] % elements == 0;
        }
        return aligned;
    }

    /**
     * The same in units of {@code factor} elements, of the operands that {@code moved} has a bit for; the others stand still along the
     * last axis. Only for a loop that {@link #isWide} in such units.
     */
    Loop inUnits(long factor, int moved) {
        long[] fewer = sizes.clone();
        fewer[rank - 1] /= factor;
        long[] from = bases.clone();
        long[][] steps = new long[strides.length][];
        for (int i = 0; i < strides.length; i++) {
            steps[i] = strides[i].clone();
            if ((moved >> i & 1) != 0) {
                from[i] /= factor;
                for (int axis = 0; axis < rank - 1; axis++) {
                    steps[i][axis] /= factor;
                }
            }
        }
        return new Loop(rank, fewer, from, steps);
    }

    /** The structure {@code TnAxes}. */
    long[] fields() {
        long[] fields = new long[2 + MAX_AXES + bases.length * (1 + MAX_AXES)];
        fields[0] = rank;
        fields[1] = count();
        System.arraycopy(sizes, 0, fields, 2, rank);
        System.arraycopy(bases, 0, fields, 2 + MAX_AXES, bases.length);
        for (int i = 0; i < bases.length; i++) {
            System.arraycopy(strides[i], 0, fields, 2 + MAX_AXES + bases.length + i * MAX_AXES, rank);
        }
        return fields;
    }
}
