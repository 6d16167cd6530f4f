package dev.tenon;

import dev.tenon.error.ShapeException;
import java.util.Arrays;
import java.util.List;

/** A tensor's sizes, outermost axis first. Immutable; sizes are 64-bit; a scalar has no axes. */
public final class Shape {
    /** The shape of a scalar: no axes, one element. */
    public static final Shape SCALAR = new Shape(new long[0]);

    private final long[] sizes;
    private final long elements;

    private Shape(long[] sizes) {
        this.sizes = sizes;
        this.elements = product(sizes);
    }

    /**
     * @throws ShapeException if a size is negative or the number of elements passes 2^63 - 1
     */
    public static Shape of(long... sizes) {
        return sizes.length == 0 ? SCALAR : new Shape(sizes.clone());
    }

    public int rank() {
        return sizes.length;
    }

    /** The number of elements: the product of all sizes, 1 for a scalar. */
    public long elements() {
        return elements;
    }

    /**
     * The size of one axis.
     *
     * @param axis 0 is the outermost; -1 is the innermost, -2 the next, as in NumPy
     * @throws ShapeException if there is no such axis
     */
    public long size(int axis) {
        return sizes[axis(axis)];
    }

    /** The axis counted from 0 for an axis that may be negative (-1 is the innermost). */
    public int axis(int axis) {
        int counted = axis < 0 ? axis + sizes.length : axis;
        if (counted < 0 || counted >= sizes.length) {
            throw new ShapeException("axis", "there is no axis " + axis, List.of(this));
        }
        return counted;
    }

    /** A copy of the sizes. */
    public long[] sizes() {
        return sizes.clone();
    }

    /** This shape with one axis set to {@code size}. */
    public Shape with(int axis, long size) {
        long[] changed = sizes.clone();
        changed[axis(axis)] = size;
        return new Shape(changed);
    }

    /** This shape without one axis. */
    public Shape without(int axis) {
        int gone = axis(axis);
        long[] rest = new long[sizes.length - 1];
        System.arraycopy(sizes, 0, rest, 0, gone);
        System.arraycopy(sizes, gone + 1, rest, gone, rest.length - gone);
        return new Shape(rest);
    }

    /** The axes from {@code from} (inclusive) to {@code to} (exclusive), both counted from 0. */
    public Shape axes(int from, int to) {
        return new Shape(Arrays.copyOfRange(sizes, from, to));
    }

    /** This shape followed by {@code inner}. */
    public Shape append(long... inner) {
        long[] joined = Arrays.copyOf(sizes, sizes.length + inner.length);
        System.arraycopy(inner, 0, joined, sizes.length, inner.length);
        return new Shape(joined);
    }

    /**
     * The shape that two shapes broadcast to by NumPy's rules: aligned at the innermost axis, sizes equal or one of
     * them 1.
     *
     * @param op the operator to name in the error
     * @throws ShapeException if they do not broadcast
     */
    public static Shape broadcast(String op, Shape a, Shape b) {
        if (a.equals(b)) {
            return a;
        }
        int rank = Math.max(a.rank(), b.rank());
        long[] out = new long[rank];
        for (int i = 0; i < rank; i++) {
            int ia = a.rank() - rank + i;
            int ib = b.rank() - rank + i;
            long sa = ia < 0 ? 1 : a.sizes[ia];
            long sb = ib < 0 ? 1 : b.sizes[ib];
            if (sa != sb && sa != 1 && sb != 1) {
                throw new ShapeException(op, "shapes do not broadcast", List.of(a, b));
            }
            out[i] = sa == 1 ? sb : sa;
        }
        return new Shape(out);
    }

    private static long product(long[] sizes) {
        long product = 1;
        boolean empty = false;
        for (long size : sizes) {
            if (size < 0) {
                throw new ShapeException("shape", "size " + size + " is negative", List.of(Arrays.toString(sizes)));
            }
            empty |= size == 0;
        }
        if (empty) {
            return 0;
        }
        for (long size : sizes) {
            if (Math.multiplyHigh(product, size) != 0 || product * size < 0) {
                throw new ShapeException(
                        "shape", "the number of elements passes 2^63 - 1", List.of(Arrays.toString(sizes)));
            }
            product *= size;
        }
        return product;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Shape shape && Arrays.equals(sizes, shape.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    /** For example {@code [2, 3]}. */
    @Override
    public String toString() {
        return Arrays.toString(sizes);
    }
}
