package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.profile.Profile;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which products go to cuBLAS, and what a profile says of it. */
class BlasChoiceTest {
    private static final String BY = "of cuBLAS 12.6.4 (test)";

    private RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
    private RecordingBlas blas = new RecordingBlas(driver);
    private CudaDevice backend = Simulation.open(driver, blas, BlasUse.AUTO);
    private Device device = Simulation.device(backend);
    private Scope scope = Scope.open();

    @AfterEach
    void close() {
        scope.close();
        backend.close();
        driver.assertNothingIsLeft();
        blas.assertNothingIsLeft();
    }

    private void reopen(BlasUse use, RecordingDriver other) {
        close();
        driver = other;
        blas = new RecordingBlas(driver);
        backend = Simulation.open(driver, blas, use);
        device = Simulation.device(backend);
        scope = Scope.open();
    }

    private Tensor tensor(DType type, long... sizes) {
        return Tensor.empty(device, type, sizes);
    }

    private Matmul linear(DType type, long m, long n, long k, Epilogue epilogue, DType out) {
        return new Matmul(tensor(type, m, k), tensor(type, n, k).transpose(), epilogue, tensor(out, m, n));
    }

    private String choice(Matmul op) {
        try (Profile profile = Profile.start()) {
            device.execute(op);
            String operands = profile.spans().getLast().operands();
            return operands.substring(operands.lastIndexOf(" by ") + 4);
        }
    }

    private static Epilogue with(@Nullable Tensor bias, Activation activation, @Nullable Tensor residual) {
        return new Epilogue(1, bias, activation, residual);
    }

    @Test
    void largeProductsOfSixteenBitsAndAllOfF64() {
        for (DType type : new DType[] {DType.BF16, DType.F16}) {
            assertEquals("cublasGemmEx " + BY, choice(linear(type, 8192, 8192, 8192, Epilogue.NONE, type)));
            assertEquals("cublasGemmEx " + BY, choice(linear(type, 256, 256, 256, Epilogue.NONE, DType.F32)));
        }
        assertEquals("cublasGemmEx " + BY, choice(linear(DType.F64, 20, 30, 40, Epilogue.NONE, DType.F64)));
        Tensor heads = tensor(DType.BF16, 2, 4, 256, 64);
        assertEquals(
                "cublasGemmStridedBatchedEx " + BY,
                choice(new Matmul(heads, heads.transpose(), Epilogue.NONE, tensor(DType.BF16, 2, 4, 256, 256))));
    }

    @Test
    void fewRowsAndSmallProductsStay() {
        assertEquals(
                "rows_bf16_1 (not cuBLAS: few rows)",
                choice(linear(DType.BF16, 1, 8192, 8192, Epilogue.NONE, DType.BF16)));
        assertEquals(
                "rows_f32_8 (not cuBLAS: few rows)",
                choice(linear(DType.F32, 8, 4096, 4096, Epilogue.NONE, DType.F32)));
        assertEquals(
                "gemm_bf16_kk_64 (1 of Hopper's tiles, too few for 132 multiprocessors) (not cuBLAS: a small product)",
                choice(linear(DType.BF16, 64, 64, 64, Epilogue.NONE, DType.BF16)));
    }

    @Test
    void f32IsTenonsWhereItsKernelsApply() {
        assertEquals(
                "gemm_tf32_kk_128 (not cuBLAS: it multiplies F32 off tensor cores)",
                choice(linear(DType.F32, 4096, 4096, 512, Epilogue.NONE, DType.F32)));
        assertEquals("cublasGemmEx " + BY, choice(linear(DType.F32, 20, 30, 41, Epilogue.NONE, DType.F32)));
    }

    /** One row each of many that share the weight is many rows. */
    @Test
    void aBatchOfSingleRows() {
        Tensor weight = tensor(DType.BF16, 256, 256).transpose();
        Matmul op = new Matmul(tensor(DType.BF16, 256, 1, 256), weight, Epilogue.NONE, tensor(DType.BF16, 256, 1, 256));
        assertEquals("cublasGemmEx " + BY, choice(op));
    }

    @Test
    void whatHasNoKernelForTensorCoresGoesThereWhateverItsSize() {
        Tensor a = tensor(DType.BF16, 20, 65).slice(1, 0, 64);
        Matmul op = new Matmul(a, tensor(DType.BF16, 64, 48), Epilogue.NONE, tensor(DType.BF16, 20, 48));
        assertEquals("cublasGemmEx " + BY, choice(op));
    }

    @Test
    void quantizedWeightsNever() {
        Tensor weight = tensor(DType.Q4_K, 4096, 4096).transpose();
        Matmul op = new Matmul(tensor(DType.BF16, 512, 4096), weight, Epilogue.NONE, tensor(DType.BF16, 512, 4096));
        assertEquals(
                "left_planes, gemm_quant_hopper_bf16_q4_k (not cuBLAS: cuBLAS has no quantized weights)", choice(op));
    }

    @Test
    void epiloguesThatMeanTheSame() {
        DType type = DType.BF16;
        Tensor bias = tensor(type, 256);
        Tensor residual = tensor(type, 256, 256);
        String lt = "cublasLtMatmul " + BY;
        assertEquals(lt, choice(linear(type, 256, 256, 256, with(bias, Activation.NONE, null), type)));
        assertEquals(lt, choice(linear(type, 256, 256, 256, with(bias, Activation.RELU, null), type)));
        assertEquals(lt, choice(linear(type, 256, 256, 256, with(null, Activation.RELU, null), type)));
        assertEquals(lt, choice(linear(type, 256, 256, 256, with(bias, Activation.NONE, residual), type)));
        assertEquals(lt, choice(linear(type, 256, 256, 256, with(null, Activation.NONE, residual), type)));
        Tensor out = tensor(type, 256, 256);
        Matmul accumulating = new Matmul(residual, residual, with(null, Activation.NONE, out), out);
        assertEquals("cublasGemmEx " + BY, choice(accumulating));
    }

    @Test
    void epiloguesThatDoNot() {
        DType type = DType.BF16;
        Tensor residual = tensor(type, 256, 256);
        String own = "gemm_bf16_kk_64 (4 of Hopper's tiles, too few for 132 multiprocessors) (not cuBLAS: ";
        assertStays(own + "cuBLASLt adds a residual before the activation)", with(null, Activation.RELU, residual));
        assertStays(own + "cuBLASLt has no such activation)", with(null, Activation.SILU, null));
        assertStays(own + "cuBLASLt has no such activation)", with(null, Activation.GELU, null));
        assertStays(own + "how exact its GELU is, is not documented)", with(null, Activation.GELU_TANH, null));
        assertStays(
                own + "cuBLASLt's bias has the output's type)", with(tensor(DType.F32, 256), Activation.NONE, null));
        assertStays(
                own + "the bias is not contiguous)",
                with(tensor(type, 512).slice(0, 0, 512, 2), Activation.NONE, null));
        assertStays(own + "the scale is 0)", new Epilogue(0, null, Activation.NONE, null));
    }

    private void assertStays(String expected, Epilogue epilogue) {
        assertEquals(expected, choice(linear(DType.BF16, 256, 256, 256, epilogue, DType.BF16)));
    }

    @Test
    void alwaysIsForAllThatItHas() {
        reopen(BlasUse.ALWAYS, RecordingDriver.hopper(1, Simulation.MEMORY));
        assertEquals("cublasGemmEx " + BY, choice(linear(DType.BF16, 1, 64, 64, Epilogue.NONE, DType.BF16)));
        Epilogue gelu = with(null, Activation.GELU_TANH, null);
        assertEquals("cublasLtMatmul " + BY, choice(linear(DType.F16, 64, 64, 64, gelu, DType.F16)));
        assertTrue(choice(linear(DType.F16, 64, 64, 64, Epilogue.NONE, DType.BF16))
                .endsWith("(not cuBLAS: cuBLAS has no product of F16 and F16 into BF16)"));
    }

    /** 4 MiB for compute capabilities before 9.0, which {@link RecordingBlas} asks for at least. */
    @Test
    void onAnA100() {
        reopen(BlasUse.AUTO, RecordingDriver.ampere(Simulation.MEMORY));
        driver.faults.forget();
        assertEquals("cublasGemmEx " + BY, choice(linear(DType.BF16, 256, 256, 256, Epilogue.NONE, DType.BF16)));
        assertEquals(1, driver.faults.calls().get("cublasSetWorkspace"));
        assertEquals(4L << 20, blas.workspaceBytes);
    }

    @Test
    void nothingToMultiply() {
        assertEquals("nothing to run", choice(linear(DType.BF16, 0, 64, 64, Epilogue.NONE, DType.BF16)));
        assertTrue(choice(linear(DType.BF16, 64, 64, 0, Epilogue.NONE, DType.BF16))
                .endsWith("(not cuBLAS: there is nothing to add up)"));
    }
}
