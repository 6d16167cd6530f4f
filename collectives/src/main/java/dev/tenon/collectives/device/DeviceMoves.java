package dev.tenon.collectives.device;

import dev.tenon.Tensor;
import dev.tenon.error.CommunicatorException;
import dev.tenon.op.Copy;
import dev.tenon.spi.BackendStream;

/** Copies into a device's memory from its own or another's. */
final class DeviceMoves {
    private DeviceMoves() {}

    /** A contiguous tensor's elements as a vector, over the same memory. */
    static Tensor vector(Tensor tensor) {
        return tensor.reshape(tensor.shape().elements());
    }

    /** Elements of a vector. */
    static Tensor part(Tensor vector, long from, long count) {
        return vector.slice(0, from, from + count);
    }

    static boolean sameDevice(Tensor a, Tensor b) {
        return a.device().backend() == b.device().backend();
    }

    /** Whether two vectors begin at one place. */
    static boolean sameMemory(Tensor a, Tensor b) {
        return a.buffer() == b.buffer() && a.layout().offset() == b.layout().offset();
    }

    /**
     * Copies one vector to another in the order of both streams. On one device they must be ordered already.
     *
     * @param from in whose order the source is ready
     * @param to of the target's device
     */
    static void copy(BackendStream from, Tensor source, BackendStream to, Tensor target) {
        if (source.shape().elements() == 0 || sameMemory(source, target)) {
            return;
        }
        if (sameDevice(source, target)) {
            to.execute(new Copy(source, target));
            return;
        }
        long bytes = source.dtype().bytes(source.shape().elements());
        if (!to.copyFrom(from, source.buffer(), start(source), target.buffer(), start(target), bytes)) {
            throw new CommunicatorException("there is no direct way any more from "
                    + source.device().name() + " to " + target.device().name());
        }
    }

    private static long start(Tensor tensor) {
        return tensor.dtype().bytes(tensor.layout().offset());
    }
}
