package dev.tenon;

import org.jspecify.annotations.Nullable;

/** Finds the strides with which a non-contiguous layout can be read under another shape. */
final class Reshape {
    private Reshape() {}

    /**
     * Groups the axes of both shapes into runs of equal element count; within a run the old axes must themselves be
     * contiguous with each other, and the new axes then split that run row-major.
     */
    static @Nullable Layout withoutCopy(Layout from, Shape target) {
        Shape shape = from.shape();
        long[] strides = new long[target.rank()];
        int old = shape.rank() - 1;
        int fresh = target.rank() - 1;
        while (fresh >= 0 || old >= 0) {
            long oldRun = 1;
            long freshRun = 1;
            int oldStart = old;
            int freshStart = fresh;
            do {
                if (oldRun <= freshRun && old >= 0) {
                    oldRun *= shape.size(old--);
                } else if (fresh >= 0) {
                    freshRun *= target.size(fresh--);
                } else {
                    oldRun *= shape.size(old--);
                }
            } while (oldRun != freshRun);
            long stride = runStride(from, old + 1, oldStart);
            if (stride == Long.MIN_VALUE) {
                return null;
            }
            for (int i = freshStart; i > fresh; i--) {
                strides[i] = stride;
                stride *= target.size(i);
            }
        }
        return Layout.of(target, strides, from.offset());
    }

    /** The stride of axes {@code from..to} read as one axis; 1 where all are of size 1; MIN_VALUE where they can't be. */
    private static long runStride(Layout layout, int from, int to) {
        long stride = Long.MIN_VALUE;
        long expected = 0;
        for (int i = to; i >= from; i--) {
            long size = layout.shape().size(i);
            if (size == 1) {
                continue;
            }
            if (stride == Long.MIN_VALUE) {
                stride = layout.stride(i);
            } else if (layout.stride(i) != expected) {
                return Long.MIN_VALUE;
            }
            expected = layout.stride(i) * size;
        }
        return stride == Long.MIN_VALUE ? 1 : stride;
    }
}
