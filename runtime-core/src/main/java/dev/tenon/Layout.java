package dev.tenon;

import dev.tenon.error.ShapeException;
import java.util.Arrays;
import java.util.List;

/**
 * Where a tensor's elements lie: a shape, one stride an axis, and an offset. A pure value: views are made by computing
 * a new layout over the same storage.
 *
 * <p><b>Strides and offset count elements, not bytes</b>, also for block-quantized types. A stride may be 0 (broadcast)
 * or negative (reversed).
 */
public final class Layout {
    private final Shape shape;
    private final long[] strides;
    private final long offset;
    private final boolean contiguous;

    private Layout(Shape shape, long[] strides, long offset) {
        this.shape = shape;
        this.strides = strides;
        this.offset = offset;
        this.contiguous = isRowMajor(shape, strides);
    }

    /** Row-major, starting at element 0. */
    public static Layout contiguous(Shape shape) {
        return new Layout(shape, rowMajor(shape), 0);
    }

    /**
     * @param strides in elements, one an axis
     * @param offset of the first element, in elements
     * @throws ShapeException if the number of strides is not the rank
     */
    public static Layout of(Shape shape, long[] strides, long offset) {
        if (strides.length != shape.rank()) {
            throw new ShapeException("layout", strides.length + " strides", List.of(shape));
        }
        return new Layout(shape, strides.clone(), offset);
    }

    public Shape shape() {
        return shape;
    }

    /** The stride of one axis in elements; negative axes count from the innermost. */
    public long stride(int axis) {
        return strides[shape.axis(axis)];
    }

    /** A copy of the strides, in elements. */
    public long[] strides() {
        return strides.clone();
    }

    /** The first element's place in the storage, in elements. */
    public long offset() {
        return offset;
    }

    /** Whether the elements lie one after another in row-major order (axes of size 1 may have any stride). */
    public boolean isContiguous() {
        return contiguous;
    }

    /** Whether two indices can meet in one element: an axis longer than 1 with stride 0. */
    public boolean isBroadcast() {
        for (int i = 0; i < strides.length; i++) {
            if (strides[i] == 0 && shape.size(i) > 1) {
                return true;
            }
        }
        return false;
    }

    /** The smallest element index touched; equal to the offset where no stride is negative. */
    public long first() {
        long first = offset;
        for (int i = 0; i < strides.length; i++) {
            first += Math.min(0, strides[i] * (shape.size(i) - 1));
        }
        return first;
    }

    /** One past the largest element index touched; {@link #first()} for an empty tensor. */
    public long end() {
        if (shape.elements() == 0) {
            return first();
        }
        long last = offset;
        for (int i = 0; i < strides.length; i++) {
            last += Math.max(0, strides[i] * (shape.size(i) - 1));
        }
        return last + 1;
    }

    /** Axes in a new order: axis {@code i} of the result is axis {@code axes[i]} of this one. */
    public Layout permute(int... axes) {
        if (axes.length != shape.rank()) {
            throw new ShapeException("permute", "axes " + Arrays.toString(axes), List.of(shape));
        }
        long[] sizes = new long[axes.length];
        long[] permuted = new long[axes.length];
        boolean[] seen = new boolean[axes.length];
        for (int i = 0; i < axes.length; i++) {
            int axis = shape.axis(axes[i]);
            if (seen[axis]) {
                throw new ShapeException("permute", "axes " + Arrays.toString(axes), List.of(shape));
            }
            seen[axis] = true;
            sizes[i] = shape.size(axis);
            permuted[i] = strides[axis];
        }
        return new Layout(Shape.of(sizes), permuted, offset);
    }

    /** Two axes exchanged. */
    public Layout transpose(int a, int b) {
        int[] axes = new int[shape.rank()];
        Arrays.setAll(axes, i -> i);
        int first = shape.axis(a);
        int second = shape.axis(b);
        axes[first] = second;
        axes[second] = first;
        return permute(axes);
    }

    /**
     * Elements {@code from, from + step, ...} below {@code to} of one axis.
     *
     * @throws ShapeException if the range leaves the axis or {@code step} is not positive
     */
    public Layout slice(int axis, long from, long to, long step) {
        int at = shape.axis(axis);
        if (from < 0 || to < from || to > shape.size(at) || step < 1) {
            throw new ShapeException(
                    "slice", "[%d, %d) by %d of axis %d".formatted(from, to, step, at), List.of(shape));
        }
        long[] sliced = strides.clone();
        sliced[at] *= step;
        long size = (to - from + step - 1) / step;
        return new Layout(shape.with(at, size), sliced, offset + (size == 0 ? 0 : from * strides[at]));
    }

    /** One index of an axis; the axis goes. */
    public Layout select(int axis, long index) {
        int at = shape.axis(axis);
        if (index < 0 || index >= shape.size(at)) {
            throw new ShapeException("select", "index " + index + " of axis " + at, List.of(shape));
        }
        long[] rest = new long[strides.length - 1];
        System.arraycopy(strides, 0, rest, 0, at);
        System.arraycopy(strides, at + 1, rest, at, rest.length - at);
        return new Layout(shape.without(at), rest, offset + index * strides[at]);
    }

    /** A new axis of size 1 before {@code axis} (counted in the result; -1 adds it innermost). */
    public Layout unsqueeze(int axis) {
        int rank = shape.rank() + 1;
        int at = axis < 0 ? axis + rank : axis;
        if (at < 0 || at >= rank) {
            throw new ShapeException("unsqueeze", "axis " + axis, List.of(shape));
        }
        long[] sizes = new long[rank];
        long[] wider = new long[rank];
        for (int i = 0; i < rank; i++) {
            int from = i < at ? i : i - 1;
            sizes[i] = i == at ? 1 : shape.size(from);
            wider[i] = i == at ? 1 : strides[from];
        }
        return new Layout(Shape.of(sizes), wider, offset);
    }

    /** An axis of size 1 removed. */
    public Layout squeeze(int axis) {
        if (shape.size(axis) != 1) {
            throw new ShapeException("squeeze", "axis " + axis + " is not of size 1", List.of(shape));
        }
        return select(axis, 0);
    }

    /** One axis in place of axes {@code axis} .. : split into {@code inner.length} axes whose product is its size. */
    public Layout split(int axis, long... inner) {
        int at = shape.axis(axis);
        if (Shape.of(inner).elements() != shape.size(at)) {
            throw new ShapeException("split", "axis " + at + " into " + Arrays.toString(inner), List.of(shape));
        }
        int rank = shape.rank() - 1 + inner.length;
        long[] sizes = new long[rank];
        long[] finer = new long[rank];
        long stride = strides[at];
        for (int i = inner.length - 1; i >= 0; i--) {
            sizes[at + i] = inner[i];
            finer[at + i] = stride;
            stride *= inner[i];
        }
        for (int i = 0; i < shape.rank(); i++) {
            if (i != at) {
                int to = i < at ? i : i - 1 + inner.length;
                sizes[to] = shape.size(i);
                finer[to] = strides[i];
            }
        }
        return new Layout(Shape.of(sizes), finer, offset);
    }

    /**
     * This layout read as {@code target}: axes of size 1 and missing outer axes repeat (stride 0).
     *
     * @throws ShapeException if the shapes do not broadcast that way
     */
    public Layout broadcastTo(Shape target) {
        if (shape.equals(target)) {
            return this;
        }
        int lead = target.rank() - shape.rank();
        if (lead < 0) {
            throw new ShapeException("broadcast", "cannot drop axes", List.of(shape, target));
        }
        long[] wide = new long[target.rank()];
        for (int i = lead; i < wide.length; i++) {
            long size = shape.size(i - lead);
            if (size == target.size(i)) {
                wide[i] = strides[i - lead];
            } else if (size != 1) {
                throw new ShapeException("broadcast", "sizes differ at axis " + i, List.of(shape, target));
            }
        }
        return new Layout(target, wide, offset);
    }

    /**
     * The same elements in row-major order under another shape, without a copy.
     *
     * @return the layout, or null where only a copy could do it
     * @throws ShapeException if the numbers of elements differ
     */
    public @org.jspecify.annotations.Nullable Layout reshape(Shape target) {
        if (target.elements() != shape.elements()) {
            throw new ShapeException("reshape", "the numbers of elements differ", List.of(shape, target));
        }
        if (contiguous || shape.elements() == 0) {
            return new Layout(target, rowMajor(target), offset);
        }
        return Reshape.withoutCopy(this, target);
    }

    static long[] rowMajor(Shape shape) {
        long[] strides = new long[shape.rank()];
        long stride = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            strides[i] = stride;
            stride *= Math.max(1, shape.size(i));
        }
        return strides;
    }

    private static boolean isRowMajor(Shape shape, long[] strides) {
        if (shape.elements() == 0) {
            return true;
        }
        long expected = 1;
        for (int i = strides.length - 1; i >= 0; i--) {
            long size = shape.size(i);
            if (size != 1 && strides[i] != expected) {
                return false;
            }
            expected *= size;
        }
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Layout that
                && offset == that.offset
                && shape.equals(that.shape)
                && Arrays.equals(strides, that.strides);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * shape.hashCode() + Arrays.hashCode(strides)) + Long.hashCode(offset);
    }

    /** For example {@code [2, 3] strides [3, 1] offset 0}. */
    @Override
    public String toString() {
        return shape + " strides " + Arrays.toString(strides) + " offset " + offset;
    }
}
