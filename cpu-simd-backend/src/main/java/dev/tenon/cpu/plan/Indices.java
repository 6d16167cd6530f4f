package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.error.InvalidArgumentException;

/** A tensor of indices, read in row-major order. */
public final class Indices {
    private final DType type;
    private final long address;
    private final long[] sizes;
    private final long[] strides;
    private final long count;
    private final boolean contiguous;

    public Indices(Tensor tensor) {
        Layout layout = tensor.layout();
        type = tensor.dtype();
        address = Slot.address(tensor);
        sizes = layout.shape().sizes();
        strides = layout.strides();
        count = layout.shape().elements();
        contiguous = layout.isContiguous();
    }

    public long count() {
        return count;
    }

    public long get(long i) {
        long place = i;
        if (!contiguous) {
            place = 0;
            long rest = i;
            for (int a = sizes.length - 1; a >= 0; a--) {
                place += rest % sizes[a] * strides[a];
                rest /= sizes[a];
            }
        }
        return type == DType.I32 ? OffHeap.getInt(address + 4 * place) : OffHeap.getLong(address + 8 * place);
    }

    /**
     * @param least the least value allowed; what is below it, and not of use as an index, is up to the operator
     * @throws InvalidArgumentException naming the first index that is not from {@code least} to {@code end - 1}
     */
    public void check(String op, long least, long end) {
        for (long i = 0; i < count; i++) {
            long index = get(i);
            if (index < least || index >= end) {
                throw new InvalidArgumentException(
                        op + ": index " + index + " (number " + i + ") is not from " + least + " to " + (end - 1));
            }
        }
    }
}
