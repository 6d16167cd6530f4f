package dev.tenon.cpu.attention;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.cpu.OffHeap;
import dev.tenon.memory.HostBuffer;

/** A tensor as kernels see it: the address of its element 0 and one stride an axis, in bytes. */
final class Operand {
    final DType dtype;
    final long address;
    private final long[] strides;

    private Operand(DType dtype, long address, long[] strides) {
        this.dtype = dtype;
        this.address = address;
        this.strides = strides;
    }

    static Operand of(Tensor tensor) {
        return of(tensor, tensor.layout());
    }

    /** The tensor's storage read through another layout, for example a broadcast one. */
    static Operand of(Tensor tensor, dev.tenon.Layout layout) {
        DType dtype = tensor.dtype();
        HostBuffer buffer = (HostBuffer) tensor.buffer();
        long[] strides = layout.strides();
        for (int i = 0; i < strides.length; i++) {
            // Of a quantized tensor's last axis only whole rows are addressed; its stride is not used.
            strides[i] = dtype.isQuantized()
                    ? Math.floorDiv(strides[i], dtype.blockSize()) * dtype.blockBytes()
                    : strides[i] * dtype.blockBytes();
        }
        return new Operand(dtype, buffer.address() + dtype.bytes(layout.offset()), strides);
    }

    /** Bytes from one index of an axis to the next. */
    long stride(int axis) {
        return strides[axis];
    }

    long at(long i) {
        return address + i * strides[0];
    }

    long at(long i, long j) {
        return address + i * strides[0] + j * strides[1];
    }

    long at(long i, long j, long k) {
        return address + i * strides[0] + j * strides[1] + k * strides[2];
    }

    long at(long i, long j, long k, long l) {
        return address + i * strides[0] + j * strides[1] + k * strides[2] + l * strides[3];
    }

    /** Whether the elements of a row (the last axis) lie side by side. */
    boolean hasDenseRows() {
        return dtype.isQuantized() || strides[strides.length - 1] == dtype.blockBytes();
    }

    int getInt(long i) {
        return OffHeap.getInt(at(i));
    }
}
