package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.cuda.blas.BlasLibrary;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import dev.tenon.profile.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Any call of cuBLAS may fail: the failure is a typed error or a reason, nothing is left behind, and the next call works. */
class BlasFaultsTest {
    private static final int NOT_INITIALIZED = 1;
    private static final int ALLOC_FAILED = 3;
    private static final int EXECUTION_FAILED = 13;
    private static final int INTERNAL_ERROR = 14;
    private static final int ILLEGAL_ADDRESS = 700;

    /** A device with cuBLAS, and what is left of it. */
    private static final class Simulated implements AutoCloseable {
        final RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        final RecordingBlas blas = new RecordingBlas(driver);
        final CudaDevice backend = Simulation.open(driver, blas, BlasUse.ALWAYS);
        final Device device = Simulation.device(backend);

        @Override
        public void close() {
            backend.close();
            assertNothingIsLeft();
        }

        void assertNothingIsLeft() {
            driver.assertNothingIsLeft();
            blas.assertNothingIsLeft();
        }
    }

    /** Products of both libraries, at once, on a second stream and in a graph that is changed in place. */
    private static void work(Device device) {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.zeros(device, DType.BF16, 3, 16, 32);
            Tensor b = Tensor.zeros(device, DType.BF16, 3, 32, 8);
            Tensor out = Tensor.zeros(device, DType.BF16, 3, 16, 8);
            Tensor bias = Tensor.zeros(device, DType.BF16, 8);
            Matmul plain = new Matmul(a.select(0, 0), b.select(0, 0), Epilogue.NONE, out.select(0, 0));
            Matmul batched = new Matmul(a, b, Epilogue.NONE, out);
            Matmul fused = new Matmul(a, b, new Epilogue(1, bias, Activation.RELU, null), out);
            device.execute(plain);
            device.execute(batched);
            device.execute(fused);
            try (Stream stream = device.openStream()) {
                stream.run(() -> device.execute(plain));
                stream.synchronize();
            }
            try (Graph graph = device.capture(() -> {
                device.execute(plain);
                device.execute(fused);
            })) {
                graph.replay();
                graph.recapture(() -> {
                    device.execute(plain);
                    device.execute(fused);
                });
                graph.replay();
            }
            out.toByteArray();
        }
    }

    private static Map<String, Integer> calls() {
        try (Simulated on = new Simulated()) {
            work(on.device);
            on.backend.close();
            return on.driver.faults.calls().entrySet().stream()
                    .filter(call -> call.getKey().startsWith("cublas"))
                    .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (x, y) -> x, TreeMap::new));
        }
    }

    @TestFactory
    List<DynamicTest> everyCallInTurn() {
        Map<String, Integer> calls = calls();
        assertEquals(
                List.of(
                        "cublasCreate",
                        "cublasDestroy",
                        "cublasGemmEx",
                        "cublasGemmStridedBatchedEx",
                        "cublasLtCreate",
                        "cublasLtDestroy",
                        "cublasLtMatmul",
                        "cublasLtMatmulAlgoGetHeuristic",
                        "cublasLtMatmulDescCreate",
                        "cublasLtMatmulDescDestroy",
                        "cublasLtMatmulDescSetAttribute",
                        "cublasLtMatmulPreferenceCreate",
                        "cublasLtMatmulPreferenceDestroy",
                        "cublasLtMatmulPreferenceSetAttribute",
                        "cublasLtMatrixLayoutCreate",
                        "cublasLtMatrixLayoutDestroy",
                        "cublasLtMatrixLayoutSetAttribute",
                        "cublasSetMathMode",
                        "cublasSetStream",
                        "cublasSetWorkspace"),
                List.copyOf(calls.keySet()));
        List<DynamicTest> tests = new ArrayList<>();
        for (int code : new int[] {NOT_INITIALIZED, ALLOC_FAILED, EXECUTION_FAILED, INTERNAL_ERROR}) {
            calls.forEach((function, count) -> tests.add(DynamicTest.dynamicTest(function + " " + code, () -> {
                for (int call = 1; call <= count; call++) {
                    run(function, call, code);
                }
            })));
        }
        return tests;
    }

    private static void run(String function, int call, int code) {
        Simulated on = new Simulated();
        on.driver.faults.fail(function, call, code);
        boolean thrown = false;
        try {
            work(on.device);
        } catch (NativeCallException e) {
            assertEquals(function, e.function(), "the function that failed");
            assertEquals(code, e.code());
            thrown = true;
        }
        boolean early = on.driver.faults.happened();
        boolean starts = function.equals("cublasCreate")
                || function.equals("cublasLtCreate")
                || function.equals("cublasSetMathMode");
        if (early && starts && code != ALLOC_FAILED) {
            assertTrue(!thrown, "a library that does not start is no error");
            assertTrue(
                    choice(on.device).contains("(not cuBLAS: " + function + " failed with " + code), choice(on.device));
        } else if (early) {
            assertTrue(thrown, "a call that fails is an error");
            work(on.device);
            assertTrue(choice(on.device).startsWith("cublas"), choice(on.device));
        }
        try {
            on.backend.close();
        } catch (NativeCallException e) {
            assertTrue(!early && on.driver.faults.happened(), "only a fault of closing itself is thrown: " + e);
        }
        assertTrue(on.driver.faults.happened(), "the call was not made");
        on.assertNothingIsLeft();
    }

    private static String choice(Device device) {
        try (Scope scope = Scope.open();
                Profile profile = Profile.start()) {
            Tensor a = Tensor.zeros(device, DType.F32, 16, 16);
            device.execute(new Matmul(a, a, Epilogue.NONE, Tensor.empty(device, DType.F32, 16, 16)));
            String operands = profile.spans().getLast().operands();
            return operands.substring(operands.lastIndexOf(" by ") + 4);
        }
    }

    /** cuBLAS's failure is not the driver's: what ended the context, its next call says. */
    @Test
    void aContextThatEndedBesideIsFoundOut() {
        Simulated on = new Simulated();
        work(on.device);
        on.driver.faults.fail("cuStreamSynchronize", 1, ILLEGAL_ADDRESS);
        NativeCallException error = assertThrows(NativeCallException.class, on.device::synchronize);
        assertEquals(ILLEGAL_ADDRESS, error.code());
        on.backend.close();
        on.driver.assertNothingIsLeft();
        on.blas.assertNothingIsLeft();
    }

    @Test
    void aDeviceTooFullForTheWorkspaceIsOutOfMemory() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        RecordingBlas blas = new RecordingBlas(driver);
        CudaDevice backend = Simulation.open(
                        driver,
                        new BlasLibrary.Found(blas, BlasUse.ALWAYS),
                        Configuration.DEFAULT.withMemoryLimit(80L << 20))
                .getFirst();
        Device device = Simulation.device(backend);
        Tensor held = Tensor.empty(device, DType.U8, 60L << 20);
        assertThrows(OutOfDeviceMemoryException.class, () -> work(device));
        held.close();
        work(device);
        assertEquals(0, backend.memory().used());
        backend.close();
        driver.assertNothingIsLeft();
        blas.assertNothingIsLeft();
    }

    /** One product after the other uses the same 32 MiB, which go back with the operator or the graph. */
    @Test
    void aGraphHasOneWorkspace() {
        try (Simulated on = new Simulated();
                Scope scope = Scope.open()) {
            Tensor a = Tensor.zeros(on.device, DType.BF16, 64, 64);
            Tensor out = Tensor.zeros(on.device, DType.BF16, 64, 64);
            long before = on.backend.memory().used();
            try (Graph graph = on.device.capture(() -> {
                for (int i = 0; i < 10; i++) {
                    on.device.execute(new Matmul(a, a, Epilogue.NONE, out));
                }
            })) {
                graph.replay();
                assertEquals(before + (32L << 20), on.backend.memory().used());
            }
            assertEquals(before, on.backend.memory().used());
        }
    }

    @Test
    void plansAreKeptByShapeUpToANumber() {
        try (Simulated on = new Simulated();
                Scope scope = Scope.open()) {
            Tensor a = Tensor.zeros(on.device, DType.BF16, 1100, 8);
            Tensor b = Tensor.zeros(on.device, DType.BF16, 8, 8);
            Tensor out = Tensor.zeros(on.device, DType.BF16, 1100, 8);
            Epilogue relu = new Epilogue(1, null, Activation.RELU, null);
            Matmul first = new Matmul(a.slice(0, 0, 16), b, relu, out.slice(0, 0, 16));
            on.device.execute(first);
            on.driver.faults.forget();
            on.device.execute(first);
            assertEquals(0, made(on), "a plan that is known");
            for (int rows = 17; rows <= 1000; rows++) {
                on.device.execute(new Matmul(a.slice(0, 0, rows), b, relu, out.slice(0, 0, rows)));
            }
            assertEquals(984, made(on));
            assertEquals(473, on.driver.faults.calls().get("cublasLtMatmulDescDestroy"));
            on.device.execute(first);
            assertEquals(985, made(on), "a plan that was dropped is made again");
            // The same shape in memory that is aligned otherwise.
            on.device.execute(new Matmul(a.slice(0, 1, 17), b, relu, out.slice(0, 1, 17)));
            assertEquals(986, made(on));
        }
    }

    private static int made(Simulated on) {
        return on.driver.faults.calls().getOrDefault("cublasLtMatmulDescCreate", 0);
    }

    @Test
    void whatCublasLtHasNoAlgorithmForRunsOnKernels() {
        try (Simulated on = new Simulated();
                Scope scope = Scope.open()) {
            on.blas.hasNoAlgorithm = true;
            Tensor a = Tensor.zeros(on.device, DType.BF16, 64, 64);
            Tensor out = Tensor.zeros(on.device, DType.BF16, 64, 64);
            Epilogue relu = new Epilogue(1, null, Activation.RELU, null);
            try (Profile profile = Profile.start()) {
                on.device.execute(new Matmul(a, a, relu, out));
                String operands = profile.spans().getLast().operands();
                assertTrue(
                        operands.endsWith("(not cuBLAS: cuBLASLt has no algorithm for it)")
                                && operands.contains(" by gemm_bf16_"),
                        operands);
            }
            assertNotEquals(0, made(on));
        }
    }
}
