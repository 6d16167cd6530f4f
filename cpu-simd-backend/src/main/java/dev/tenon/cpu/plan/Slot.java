package dev.tenon.cpu.plan;

import dev.tenon.DType;
import dev.tenon.Layout;
import dev.tenon.Shape;
import dev.tenon.Tensor;
import dev.tenon.memory.HostBuffer;

/**
 * One operand of a loop.
 *
 * @param type how its elements are read; differs from the tensor's own type where only bits are moved
 * @param address of the storage's first byte
 */
public record Slot(DType type, long address, Layout layout, boolean reads, boolean writes) {
    public static Slot in(Tensor tensor) {
        return in(tensor, tensor.dtype());
    }

    public static Slot in(Tensor tensor, DType as) {
        return new Slot(as, storage(tensor), tensor.layout(), true, false);
    }

    public static Slot out(Tensor tensor) {
        return out(tensor, tensor.dtype());
    }

    public static Slot out(Tensor tensor, DType as) {
        return new Slot(as, storage(tensor), tensor.layout(), false, true);
    }

    public static Slot inOut(Tensor tensor) {
        return new Slot(tensor.dtype(), storage(tensor), tensor.layout(), true, true);
    }

    /** The same operand repeated to {@code shape}. */
    Slot broadcastTo(Shape shape) {
        return layout.shape().equals(shape) ? this : new Slot(type, address, layout.broadcastTo(shape), reads, writes);
    }

    /** The first element's address. */
    public long first() {
        return address + layout.offset() * type.blockBytes() / type.blockSize();
    }

    /** The first byte of a tensor's storage. */
    public static long storage(Tensor tensor) {
        return ((HostBuffer) tensor.buffer()).address();
    }

    /** A tensor's first element's address. */
    public static long address(Tensor tensor) {
        DType type = tensor.dtype();
        return storage(tensor) + tensor.layout().offset() / type.blockSize() * type.blockBytes();
    }
}
