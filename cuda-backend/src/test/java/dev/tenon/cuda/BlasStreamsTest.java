package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.cuda.blas.BlasUse;
import dev.tenon.op.Activation;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One handle for all of a device's streams, threads and graphs. */
class BlasStreamsTest {
    private static final int THREADS = 4;
    private static final int PRODUCTS = 200;

    private final RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
    private final RecordingBlas blas = new RecordingBlas(driver);
    private final CudaDevice backend = Simulation.open(driver, blas, BlasUse.ALWAYS);
    private final Device device = Simulation.device(backend);

    /** What is no product, zeros among it, is a kernel's. */
    @BeforeEach
    void runKernels() {
        driver.execution = new PtxExecution();
    }

    @AfterEach
    void close() {
        backend.close();
        driver.assertNothingIsLeft();
        blas.assertNothingIsLeft();
    }

    @Test
    void threadsWithStreamsOfTheirOwn() throws Exception {
        List<Future<?>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            for (int number = 0; number < THREADS; number++) {
                float value = number + 1;
                running.add(threads.submit(() -> onStream(value)));
            }
        }
        for (Future<?> each : running) {
            each.get();
        }
        assertEquals(2 * THREADS * PRODUCTS, blas.products.size());
    }

    private void onStream(float value) {
        try (Scope scope = Scope.open();
                Stream stream = device.openStream()) {
            stream.run(() -> {
                Tensor a = Tensor.of(device, new float[] {value, 0, 0, value}, 2, 2);
                Tensor out = Tensor.zeros(device, DType.F32, 2, 2);
                Tensor bias = Tensor.of(device, new float[] {1, -100}, 2);
                for (int i = 0; i < PRODUCTS; i++) {
                    device.execute(new Matmul(a, a, Epilogue.NONE, out));
                    device.execute(new Matmul(a, out, new Epilogue(1, bias, Activation.RELU, null), out.copy()));
                }
                stream.synchronize();
                assertArrayEquals(new float[] {value * value, 0, 0, value * value}, out.toFloatArray());
            });
        }
    }

    /** Operands, outputs and the workspace go back in the order of the streams that used them. */
    @Test
    void memoryIsThereWhenTheStreamComesToIt() {
        try (Stream stream = device.openStream();
                Scope scope = Scope.open()) {
            Tensor out = Tensor.zeros(device, DType.F32, 2, 2);
            stream.run(() -> {
                for (int i = 0; i < 5; i++) {
                    try (Scope inner = Scope.open()) {
                        Tensor a = Tensor.of(device, new float[] {1, 2, 3, 4}, 2, 2);
                        device.execute(new Matmul(a, a, new Epilogue(1, null, Activation.NONE, out), out));
                    }
                }
            });
            stream.synchronize();
            assertArrayEquals(new float[] {35, 50, 75, 110}, out.toFloatArray());
        }
    }

    @Test
    void graphsOfProductsAndKernelsTurnIntoEachOther() {
        try (Scope scope = Scope.open()) {
            Tensor a = Tensor.of(device, new float[] {1, 2, 3, 4}, 2, 2);
            Tensor out = Tensor.zeros(device, DType.F32, 2, 2);
            Matmul product = new Matmul(a, a, Epilogue.NONE, out);
            Matmul silu = new Matmul(a, a, new Epilogue(1, null, Activation.SILU, null), out);
            try (Graph graph = device.capture(() -> device.execute(product))) {
                graph.replay();
                assertArrayEquals(new float[] {7, 10, 15, 22}, out.toFloatArray());
                driver.faults.forget();
                graph.recapture(() -> device.execute(silu));
                assertEquals(1, driver.faults.calls().get("cuGraphInstantiate"));
                driver.faults.forget();
                graph.recapture(() -> device.execute(product));
                graph.replay();
                assertEquals(1, driver.faults.calls().get("cuGraphInstantiate"));
                driver.faults.forget();
                graph.recapture(() -> device.execute(new Matmul(out, out, Epilogue.NONE, a)));
                assertEquals(0, driver.faults.calls().getOrDefault("cuGraphInstantiate", 0));
                graph.replay();
                assertArrayEquals(new float[] {199, 290, 435, 634}, a.toFloatArray());
            }
        }
    }
}
