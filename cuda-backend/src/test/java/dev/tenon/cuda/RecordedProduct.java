package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** A product as it was asked for; the bias at 0 where there is none. */
record RecordedProduct(
        boolean transposeA,
        boolean transposeB,
        double alpha,
        Placed a,
        Placed b,
        double beta,
        Placed c,
        Placed d,
        long batch,
        int epilogue,
        long bias) {
    /** A matrix as it is kept in a device's memory. */
    record Placed(long address, DType type, long rows, long columns, long leading, long stride) {
        long bytes(long batch) {
            return ((batch - 1) * stride + (columns - 1) * leading + rows) * type.blockBytes();
        }

        /** What NVIDIA's functions answer CUBLAS_STATUS_INVALID_VALUE to. */
        void check(SimulatedDevice device, long batch, boolean written, String function) {
            assertTrue(rows > 0 && columns > 0, function + ": nothing to multiply");
            assertTrue(leading >= rows && leading <= Integer.MAX_VALUE, function + ": leading dimension " + leading);
            assertTrue(address % type.blockBytes() == 0, function + ": an address between elements");
            if (batch > 1 && written) {
                boolean apart = stride >= (columns - 1) * leading + rows
                        || columns > 1 && stride * (batch - 1) + rows <= leading;
                assertTrue(apart, function + ": outputs overlap");
            }
            RecordedMemory.inRange(device, address, bytes(batch), function);
        }

        BlasOracle.Matrix in(SimulatedDevice device, long batch, String function) {
            MemorySegment memory = RecordedMemory.bytes(device, address, bytes(batch), function);
            assertNotNull(memory, "too much memory to be computed in a test");
            return new BlasOracle.Matrix(memory, type, rows, columns, leading, stride);
        }
    }

    boolean isBacked(SimulatedDevice device) {
        return List.of(a, b, d).stream()
                .allMatch(matrix ->
                        RecordedMemory.bytes(device, matrix.address, matrix.bytes(batch), "a product") != null);
    }

    void run(SimulatedDevice device, String function) {
        // Large memory is counted and checked, not kept.
        if (!isBacked(device)) {
            return;
        }
        BlasOracle.Epilogue with = BlasOracle.Epilogue.NONE;
        if (epilogue != 1) {
            MemorySegment memory =
                    bias == 0 ? null : RecordedMemory.bytes(device, bias, d.rows * d.type.blockBytes(), function);
            with = new BlasOracle.Epilogue(epilogue, memory, d.type);
        }
        BlasOracle.multiply(
                transposeA,
                transposeB,
                alpha,
                a.in(device, batch, function),
                b.in(device, batch, function),
                beta,
                c.in(device, batch, function),
                d.in(device, batch, function),
                batch,
                with);
    }
}
