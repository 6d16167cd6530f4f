package dev.tenon;

import dev.tenon.error.InvalidArgumentException;
import java.lang.foreign.MemorySegment;

/** Reads elements of tensors into arrays. */
final class TensorData {
    private TensorData() {}

    static float[] floats(Tensor tensor) {
        float[] values = new float[length(tensor)];
        read(tensor, DType.F32, MemorySegment.ofArray(values));
        return values;
    }

    static double[] doubles(Tensor tensor) {
        double[] values = new double[length(tensor)];
        read(tensor, DType.F64, MemorySegment.ofArray(values));
        return values;
    }

    static long[] longs(Tensor tensor) {
        long[] values = new long[length(tensor)];
        read(tensor, DType.I64, MemorySegment.ofArray(values));
        return values;
    }

    static byte[] bytes(Tensor tensor) {
        long bytes = tensor.dtype().bytes(tensor.shape().elements());
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new InvalidArgumentException("tensor " + tensor.spec() + " is too large for a Java array");
        }
        byte[] values = new byte[(int) bytes];
        read(tensor, tensor.dtype(), MemorySegment.ofArray(values));
        return values;
    }

    private static int length(Tensor tensor) {
        long elements = tensor.shape().elements();
        if (elements > Integer.MAX_VALUE - 8) {
            throw new InvalidArgumentException("tensor " + tensor.spec() + " is too large for a Java array");
        }
        return (int) elements;
    }

    private static void read(Tensor tensor, DType type, MemorySegment into) {
        if (ThreadState.current().recorder != null) {
            throw new InvalidArgumentException("read: inside a capture nothing has run yet; read after the replay");
        }
        try (Scope scope = Scope.open()) {
            Tensor wide = tensor.dtype().isQuantized() && type != tensor.dtype() ? tensor.cast(DType.F32) : tensor;
            Tensor source = wide.cast(type).contiguous();
            download(source, into);
        }
    }

    private static void download(Tensor source, MemorySegment into) {
        source.storage().acquire("read", source);
        try {
            Execution.stream(source.device())
                    .download(
                            source.buffer(),
                            source.dtype().bytes(source.layout().offset()),
                            into)
                    .synchronize();
            source.device().transfers().reap();
        } finally {
            source.storage().release();
        }
    }
}
