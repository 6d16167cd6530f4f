package dev.tenon.cpu.kernel;

import dev.tenon.cpu.OffHeap;

/**
 * The k largest of a row: a heap with the least of them at its root, so that most elements are turned away by one
 * comparison. NaN counts as largest; of equals the lower index comes first.
 */
public final class TopKHeap {
    private final double[] values;
    private final int[] indices;
    private int size;

    public TopKHeap(int k) {
        values = new double[k];
        indices = new int[k];
    }

    public void offerFloats(long row, int n) {
        int i = 0;
        for (; i < n && size < values.length; i++) {
            push(OffHeap.getFloat(row + 4L * i), i);
        }
        for (; i < n; i++) {
            float x = OffHeap.getFloat(row + 4L * i);
            // A later element must be larger, not equal, to displace the root; the negation lets NaN in.
            if (!(x <= values[0])) {
                replace(x, i);
            }
        }
    }

    public void offerDoubles(long row, int n) {
        for (int i = 0; i < n; i++) {
            double x = OffHeap.getDouble(row + 8L * i);
            if (size < values.length) {
                push(x, i);
            } else if (!(x <= values[0])) {
                replace(x, i);
            }
        }
    }

    private void push(double value, int index) {
        int at = size++;
        while (at > 0) {
            int parent = (at - 1) / 2;
            if (!isBefore(values[parent], indices[parent], value, index)) {
                break;
            }
            values[at] = values[parent];
            indices[at] = indices[parent];
            at = parent;
        }
        values[at] = value;
        indices[at] = index;
    }

    private void replace(double value, int index) {
        if (isBefore(value, index, values[0], indices[0])) {
            sink(value, index, size);
        }
    }

    /** Puts an element in the root's place and lets it down past those that come after it. */
    private void sink(double value, int index, int end) {
        int at = 0;
        while (2 * at + 1 < end) {
            int child = 2 * at + 1;
            if (child + 1 < end && isBefore(values[child], indices[child], values[child + 1], indices[child + 1])) {
                child++;
            }
            if (!isBefore(value, index, values[child], indices[child])) {
                break;
            }
            values[at] = values[child];
            indices[at] = indices[child];
            at = child;
        }
        values[at] = value;
        indices[at] = index;
    }

    /** Sorts by taking the last from the root to the end, again and again. */
    public void sort() {
        for (int end = size - 1; end > 0; end--) {
            double value = values[end];
            int index = indices[end];
            values[end] = values[0];
            indices[end] = indices[0];
            sink(value, index, end);
        }
    }

    /** After {@link #sort}: the place of the {@code i}-th largest. */
    public int index(int i) {
        return indices[i];
    }

    /** Whether the first element ranks before the second. */
    private static boolean isBefore(double a, int indexA, double b, int indexB) {
        boolean nanA = Double.isNaN(a);
        boolean nanB = Double.isNaN(b);
        if (nanA || nanB) {
            return nanA && nanB ? indexA < indexB : nanA;
        }
        return a != b ? a > b : indexA < indexB;
    }
}
