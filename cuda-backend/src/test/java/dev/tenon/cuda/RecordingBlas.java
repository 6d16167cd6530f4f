package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.kernels.cuda.BlasGemm;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * cuBLAS without a device, over a {@link RecordingDriver}. It holds every call to NVIDIA's rules: handles alive and of the current
 * context, streams alive, a workspace given for the stream that is set, types of NVIDIA's tables, matrices that lie in memory which is
 * there in the stream's order. A call that breaks a rule is an {@link AssertionError}. Products are computed by {@link BlasOracle}
 * when the stream comes to them. {@link Faults} lets any call fail.
 */
final class RecordingBlas extends RecordingLt {
    private static final int DEFAULT_MATH_IN_FULL_PRECISION = 16;

    /** A handle's settings. */
    private static final class Handle {
        final SimulatedDevice device;
        int mathMode;
        long stream;
        long workspace;
        /** Which set the stream; the product must be its own, or it may be on another's stream. */
        @Nullable
        Thread thread;

        Handle(SimulatedDevice device) {
            this.device = device;
        }
    }

    /** The functions that were called for products, in order. */
    final List<String> products = new ArrayList<>();

    /** Of the workspace that was set last. */
    long workspaceBytes;

    RecordingBlas(RecordingDriver driver) {
        super(driver);
    }

    @Override
    public String description() {
        return "cuBLAS 12.6.4 (test)";
    }

    @Override
    void multiplied(String function) {
        products.add(function);
    }

    @Override
    public long create() {
        synchronized (driver) {
            SimulatedDevice device = called("cublasCreate");
            assertNoCapture();
            return driver.make(device, new Handle(device));
        }
    }

    @Override
    public void destroy(long handle) {
        synchronized (driver) {
            if (driver.deviceOf().end == null) {
                assertEquals(0, handle(handle, "cublasDestroy").stream, "a handle whose stream may be gone");
                driver.remove(driver.deviceOf(), handle, Handle.class, "cublasDestroy");
            }
            called("cublasDestroy");
        }
    }

    private Handle handle(long handle, String function) {
        Handle known = driver.get(handle, Handle.class, function);
        assertEquals(driver.deviceOf(), known.device, function + ": a handle of another context");
        return known;
    }

    @Override
    public void setMathMode(long handle, int mode) {
        synchronized (driver) {
            called("cublasSetMathMode");
            handle(handle, "cublasSetMathMode").mathMode = mode;
        }
    }

    @Override
    public void setStream(long handle, long stream) {
        synchronized (driver) {
            SimulatedDevice device = driver.deviceOf();
            if (stream == 0 && device.end == null) {
                handle(handle, "cublasSetStream").stream = 0;
            }
            called("cublasSetStream");
            Handle of = handle(handle, "cublasSetStream");
            if (stream != 0) {
                driver.stream(stream, device, "cublasSetStream");
            }
            of.stream = stream;
            of.workspace = 0;
            of.thread = Thread.currentThread();
        }
    }

    @Override
    public void setWorkspace(long handle, long pointer, long bytes) {
        synchronized (driver) {
            SimulatedDevice device = called("cublasSetWorkspace");
            assertTrue(pointer != 0 && pointer % 256 == 0, "a workspace at a multiple of 256");
            assertTrue(bytes >= 4 << 20, "less workspace than is recommended");
            RecordedMemory.inRange(device, pointer, bytes, "cublasSetWorkspace");
            handle(handle, "cublasSetWorkspace").workspace = pointer;
            workspaceBytes = bytes;
        }
    }

    @Override
    public void gemm(long handle, BlasGemm gemm, long a, long b, long c) {
        synchronized (driver) {
            String function = gemm.batch() == 1 ? "cublasGemmEx" : "cublasGemmStridedBatchedEx";
            SimulatedDevice device = called(function);
            Handle of = handle(handle, function);
            assertTrue(gemm.isPlain(), "cuBLAS fuses nothing");
            assertEquals(Thread.currentThread(), of.thread, "another thread set the stream");
            assertTrue(of.workspace != 0, "memory of cuBLAS's own would be used");
            assertEquals(DEFAULT_MATH_IN_FULL_PRECISION, of.mathMode, "the math mode");
            checkTypes(gemm.a().type(), gemm.b().type(), gemm.d().type(), function);
            RecordedProduct.Placed left = place(gemm.a(), a, gemm.transposeA(), gemm.m(), gemm.k(), gemm.batch());
            RecordedProduct.Placed right = place(gemm.b(), b, gemm.transposeB(), gemm.k(), gemm.n(), gemm.batch());
            RecordedProduct.Placed out = place(gemm.d(), c, false, gemm.m(), gemm.n(), gemm.batch());
            product(
                    function,
                    driver.stream(of.stream, device, function),
                    new RecordedProduct(
                            gemm.transposeA(),
                            gemm.transposeB(),
                            gemm.alpha(),
                            left,
                            right,
                            gemm.beta(),
                            out,
                            out,
                            gemm.batch(),
                            1,
                            0),
                    of.workspace);
        }
    }

    private static RecordedProduct.Placed place(
            BlasGemm.Matrix matrix, long address, boolean transpose, long rows, long columns, long batch) {
        return new RecordedProduct.Placed(
                address,
                matrix.type(),
                transpose ? columns : rows,
                transpose ? rows : columns,
                matrix.leading(),
                batch == 1 ? 0 : matrix.batchStride());
    }

    /** The combinations of the tables for cublasGemmEx and cublasLtMatmul with sums in F32 and F64. */
    static void checkTypes(@Nullable DType a, @Nullable DType b, @Nullable DType out, String function) {
        assertNotNull(a);
        assertEquals(a, b, function + ": types of operands");
        assertTrue(out == a || out == DType.F32 && a != DType.F64, function + ": " + a + " into " + out);
    }
}
