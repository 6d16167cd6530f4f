package dev.tenon.cpu.op;

import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.cpu.plan.Slot;
import java.util.Arrays;

/** A tensor [index axes..., row axes...] seen as a list of rows. */
final class IndexedRows {
    private final Tensor tensor;
    private final Layout layout;
    private final int lead;
    private final Shape row;
    private final long[] rowStrides;

    /** @param lead how many axes count rows */
    IndexedRows(Tensor tensor, int lead) {
        this.tensor = tensor;
        this.layout = tensor.layout();
        this.lead = lead;
        int rank = layout.shape().rank();
        row = layout.shape().axes(lead, rank);
        rowStrides = Arrays.copyOfRange(layout.strides(), lead, rank);
    }

    Shape row() {
        return row;
    }

    /** Where row {@code i} lies. */
    Layout layout(long i) {
        return Layout.of(row, rowStrides, element(i));
    }

    /** The first element's address. */
    long address(long i) {
        return Slot.storage(tensor)
                + element(i) / tensor.dtype().blockSize() * tensor.dtype().blockBytes();
    }

    /** Bytes between neighbours of the last axis. */
    long innerStep() {
        return rowStrides.length == 0
                ? 0
                : rowStrides[rowStrides.length - 1] * tensor.dtype().blockBytes();
    }

    private long element(long i) {
        long element = layout.offset();
        if (layout.shape().elements() == 0) {
            return element;
        }
        long rest = i;
        for (int a = lead - 1; a >= 0; a--) {
            long size = layout.shape().size(a);
            element += rest % size * layout.stride(a);
            rest /= size;
        }
        return element;
    }
}
