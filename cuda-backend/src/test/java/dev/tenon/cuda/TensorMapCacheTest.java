package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.NativeCallException;
import dev.tenon.kernels.cuda.TensorMap;
import dev.tenon.op.Epilogue;
import dev.tenon.op.Matmul;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A launch gets the tensor map of its own operands, whether it was encoded for it or is known. */
class TensorMapCacheTest {
    private static final String ENCODE = "cuTensorMapEncodeTiled";

    private RecordingDriver driver;
    private CudaDevice backend;
    private Device device;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        device = Simulation.device(backend);
    }

    @AfterEach
    void close() {
        device.synchronize();
        backend.close();
        driver.assertNothingIsLeft();
    }

    private int encoded() {
        return driver.faults.calls().getOrDefault(ENCODE, 0);
    }

    /** Runs a product on Hopper's kernels and looks at the map of its left operand. */
    private void run(Tensor a, Tensor b, Tensor out) {
        driver.faults.forget();
        device.execute(new Matmul(a, b, Epilogue.NONE, out));
        SimulatedStream.Launch launch = driver.launches.getLast();
        assertTrue(driver.kernel(launch).startsWith("gemm_hopper"));
        byte[] map = launch.values().getFirst();
        long first = ((CudaBuffer) a.buffer()).pointer() + 2 * a.layout().offset();
        assertEquals(first, RecordedTensorMap.pointer(map));
        assertEquals(2 * ((a.size(0) - 1) * a.layout().stride(0) + a.size(1)), RecordedTensorMap.bytes(map));
    }

    @Test
    void aMapIsEncodedOnce() {
        try (Tensor a = Tensor.empty(device, DType.BF16, 2048, 128);
                Tensor weight = Tensor.empty(device, DType.BF16, 2048, 128);
                Tensor b = weight.transpose();
                Tensor out = Tensor.empty(device, DType.BF16, 2048, 2048)) {
            run(a, b, out);
            assertEquals(2, encoded());
            run(a, b, out);
            assertEquals(0, encoded());
            // Other sizes, another beginning, another type at the same address.
            run(a.slice(0, 0, 2040), b, out.slice(0, 0, 2040));
            assertEquals(1, encoded());
            run(a.slice(1, 64, 128), b.slice(0, 64, 128), out);
            assertEquals(2, encoded());
        }
    }

    @Test
    void aMapThatFailedIsEncodedAgain() {
        try (Tensor a = Tensor.empty(device, DType.BF16, 2048, 128);
                Tensor b = Tensor.empty(device, DType.BF16, 128, 2048);
                Tensor out = Tensor.empty(device, DType.BF16, 2048, 2048)) {
            driver.faults.fail(ENCODE, 1, 1);
            assertThrows(NativeCallException.class, () -> device.execute(new Matmul(a, b, Epilogue.NONE, out)));
            run(a, b, out);
            assertEquals(2, encoded());
        }
    }

    /**
     * More than there is room for, in any order, of several shapes at each address, as memory that was given back is handed out again:
     * each comes out as its own, and what is used again is found.
     */
    @Test
    void mapsGiveWayToOthers() {
        try (Tensor memory = Tensor.empty(device, DType.BF16, 1 << 22);
                Arena arena = Arena.ofConfined()) {
            long base = ((CudaBuffer) memory.buffer()).pointer();
            TensorMapCache cache = new TensorMapCache(arena);
            MemorySegment to = arena.allocate(1024, 64);
            Random random = new Random(5);
            TensorMap.Element[] elements = TensorMap.Element.values();
            driver.faults.forget();
            for (int i = 0; i < 5000; i++) {
                // One in two is among 32 that come again and again.
                long number = random.nextBoolean() ? random.nextInt(32) : random.nextInt(3000);
                TensorMap map = new TensorMap(
                        elements[(int) (number % elements.length)],
                        0,
                        List.of(64L, 1 + number % 50, 1L),
                        List.of(128 + 16 * (number % 3), 1L << 20),
                        List.of(32, 10, 1));
                long offset = 128 * (i % 8);
                long pointer = base + 16 * (number % 40);
                backend.run(current -> cache.write(current, map, pointer, to, offset));
                assertEquals(pointer, to.get(ValueLayout.JAVA_LONG, offset + 8));
                assertEquals(RecordedTensorMap.extent(map), to.get(ValueLayout.JAVA_LONG, offset + 16));
            }
            assertTrue(encoded() > 600 && encoded() < 3000, encoded() + " were encoded");
        }
    }
}
