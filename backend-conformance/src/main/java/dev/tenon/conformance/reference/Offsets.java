package dev.tenon.conformance.reference;

import dev.tenon.Layout;
import dev.tenon.Shape;

/** Where a layout's elements lie: row-major index to place in the storage, in elements. */
public final class Offsets {
    private Offsets() {}

    /** Every element's place, in row-major order of the indices. */
    public static long[] of(Layout layout) {
        Shape shape = layout.shape();
        long[] places = new long[Math.toIntExact(shape.elements())];
        for (int i = 0; i < places.length; i++) {
            places[i] = at(layout, i);
        }
        return places;
    }

    /** One element's place. */
    public static long at(Layout layout, long index) {
        Shape shape = layout.shape();
        long place = layout.offset();
        long rest = index;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            long size = shape.size(axis);
            place += rest % size * layout.stride(axis);
            rest /= size;
        }
        return place;
    }
}
