package com.example.backend;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * An F32 tensor's memory and where its elements lie in it. Views come as layouts: offset and strides count elements, and a
 * stride may be 0 or negative.
 */
record Elements(MemorySegment memory, Layout layout) {
    static Elements of(Tensor tensor) {
        return new Elements(ScalarBuffer.of(tensor).memory(), tensor.layout());
    }

    float get(long place) {
        return memory.getAtIndex(ValueLayout.JAVA_FLOAT, place);
    }

    void set(long place, float value) {
        memory.setAtIndex(ValueLayout.JAVA_FLOAT, place, value);
    }

    /** What is done at one index, given its place in each layout. */
    @FunctionalInterface
    interface Body {
        void at(long[] places);
    }

    /** Visits every index of the shape that the layouts have in common, in row-major order. */
    static void forEach(Body body, Layout... layouts) {
        long[] places = new long[layouts.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = layouts[i].offset();
        }
        visit(0, layouts, places, body);
    }

    private static void visit(int axis, Layout[] layouts, long[] places, Body body) {
        Shape shape = layouts[0].shape();
        if (axis == shape.rank()) {
            body.at(places);
            return;
        }
        for (long i = 0; i < shape.size(axis); i++) {
            visit(axis + 1, layouts, places, body);
            step(axis, 1, layouts, places);
        }
        step(axis, -shape.size(axis), layouts, places);
    }

    private static void step(int axis, long by, Layout[] layouts, long[] places) {
        for (int i = 0; i < places.length; i++) {
            places[i] += by * layouts[i].stride(axis);
        }
    }
}
