package dev.tenon.kernels.cuda;

import dev.tenon.spi.DeviceBuffer;

/** What a kernel's parameter is given. */
public sealed interface CudaArgument {
    /** A pointer to a buffer's beginning. */
    record Memory(DeviceBuffer buffer) implements CudaArgument {}

    /** A pointer to one of the plan's scratch buffers, see {@link CudaPlan.Launches#scratch}. */
    record Scratch(int index) implements CudaArgument {}

    /** A value of 4 or 8 bytes, little-endian. */
    record Value(int bytes, long bits) implements CudaArgument {}

    /** A structure of 64-bit fields, by value. */
    @SuppressWarnings("ArrayRecordComponent")
    record Fields(long[] values) implements CudaArgument {}

    /** A tensor map of a buffer, by value (128 bytes, aligned to 64). */
    record Map(DeviceBuffer buffer, TensorMap map) implements CudaArgument {}

    /** A tensor map of one of the plan's scratch buffers, see {@link CudaPlan.Launches#scratch}. */
    record ScratchMap(int index, TensorMap map) implements CudaArgument {}

    static CudaArgument of(long value) {
        return new Value(Long.BYTES, value);
    }

    static CudaArgument of(int value) {
        return new Value(Integer.BYTES, value);
    }

    static CudaArgument of(float value) {
        return new Value(Float.BYTES, Float.floatToRawIntBits(value));
    }
}
