package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.DeviceException;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.TenonException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Any call of the driver may fail: the failure is a typed error, nothing is left behind, and another device works on. */
class FaultsTest {
    private static final int OUT_OF_MEMORY = 2;
    private static final int ILLEGAL_ADDRESS = 700;
    private static final int DEVICE_UNAVAILABLE = 46;

    private static final List<String> TENSOR_CORES =
            List.of("cuFuncSetAttribute", "cuTensorMapEncodeTiled", "cuMemsetD8Async");

    @TestFactory
    List<DynamicTest> everyCallInTurn() {
        Map<String, Integer> calls = calls();
        assertTrue(calls.size() > 30, "the work calls " + calls.size() + " functions");
        assertTrue(calls.keySet().containsAll(TENSOR_CORES), "the work uses tensor cores");
        List<DynamicTest> tests = new ArrayList<>();
        for (int code : new int[] {OUT_OF_MEMORY, ILLEGAL_ADDRESS, DEVICE_UNAVAILABLE}) {
            calls.forEach((function, count) -> tests.add(DynamicTest.dynamicTest(function + " " + code, () -> {
                for (int call = 1; call <= count; call++) {
                    run(function, call, code);
                }
            })));
        }
        return tests;
    }

    /** How often the first of two devices has each function called, from finding it to closing it. */
    private static Map<String, Integer> calls() {
        RecordingDriver driver = RecordingDriver.hopper(2, Simulation.MEMORY);
        List<CudaDevice> devices = Simulation.open(driver, Configuration.DEFAULT);
        Simulation.work(devices.get(0));
        devices.get(0).close();
        Map<String, Integer> calls = driver.faults.calls();
        devices.get(1).close();
        driver.assertNothingIsLeft();
        return calls;
    }

    private static void run(String function, int call, int code) {
        RecordingDriver driver = RecordingDriver.hopper(2, Simulation.MEMORY);
        driver.faults.fail(function, call, code);
        List<CudaDevice> devices = Simulation.open(driver, Configuration.DEFAULT);
        int failed = -1;
        for (int i = 0; i < devices.size(); i++) {
            boolean already = driver.faults.happened();
            try {
                Simulation.work(devices.get(i));
            } catch (NativeCallException e) {
                assertEquals(function, e.function(), "the function that failed");
            } catch (OutOfDeviceMemoryException e) {
                assertEquals(OUT_OF_MEMORY, code);
            } catch (DeviceException e) {
                assertTrue(code != OUT_OF_MEMORY || function.equals("cuCtxSetCurrent"), e.getMessage());
            }
            failed = !already && driver.faults.happened() ? i : failed;
        }
        boolean before = driver.faults.happened();
        if (failed >= 0) {
            Simulation.work(devices.get(1 - failed));
        }
        for (CudaDevice device : devices) {
            try {
                device.close();
            } catch (NativeCallException e) {
                assertTrue(!before && driver.faults.happened(), "only a fault of closing itself is thrown: " + e);
            }
        }
        assertTrue(driver.faults.happened(), "the call was not made");
        driver.assertNothingIsLeft();
    }

    @Test
    void aContextThatHasEndedSaysSoEachTime() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        Device device = Simulation.device(backend);
        Tensor tensor = Tensor.zeros(device, DType.F32, 10);
        driver.faults.fail("cuStreamSynchronize", 1, ILLEGAL_ADDRESS);
        assertThrows(NativeCallException.class, device::synchronize);
        for (int i = 0; i < 2; i++) {
            DeviceException error = assertThrows(DeviceException.class, tensor::toFloatArray);
            assertTrue(error.getMessage().contains("cuStreamSynchronize"), error.getMessage());
            assertTrue(error.getCause() instanceof NativeCallException);
        }
        tensor.close();
        backend.close();
        driver.assertNothingIsLeft();
        // The same device, opened again, works.
        CudaDevice again = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        Simulation.work(again);
        again.close();
        driver.assertNothingIsLeft();
    }

    @Test
    void memoryThatIsSpentIsAnErrorWithFigures() {
        RecordingDriver driver = RecordingDriver.hopper(1, 8L << 30);
        CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT.withMemoryLimit(1 << 20))
                .getFirst();
        Device device = Simulation.device(backend);
        List<Tensor> held = new ArrayList<>();
        OutOfDeviceMemoryException error = assertThrows(OutOfDeviceMemoryException.class, () -> {
            while (true) {
                held.add(Tensor.empty(device, DType.U8, 100 << 10));
            }
        });
        assertEquals(100 << 10, error.asked());
        assertEquals(10 * (100 << 10), error.used());
        assertEquals((1 << 20) - error.used(), error.free());
        held.forEach(Tensor::close);
        assertEquals(0, backend.memory().used());
        Simulation.work(backend);
        backend.close();
        driver.assertNothingIsLeft();
    }

    @Test
    void aPoolInPiecesIsTrimmedBeforeItGivesUp() {
        RecordingDriver driver = RecordingDriver.hopper(1, Simulation.MEMORY);
        CudaDevice backend = Simulation.open(driver, Configuration.DEFAULT).getFirst();
        driver.faults.fail("cuMemAllocFromPoolAsync", 1, OUT_OF_MEMORY);
        backend.allocate(1000).close();
        assertEquals(1, driver.faults.calls().get("cuMemPoolTrimTo"));
        assertEquals(2, driver.faults.calls().get("cuMemAllocFromPoolAsync"));
        backend.close();
        driver.assertNothingIsLeft();
    }

    @Test
    void everyErrorIsTyped() {
        assertTrue(TenonException.class.isAssignableFrom(NativeCallException.class));
        assertTrue(ErrorCodes.endsContext(new NativeCallException("cuLaunchKernel", ILLEGAL_ADDRESS, "", "")));
        assertTrue(!ErrorCodes.endsContext(new NativeCallException("cuLaunchKernel", 701, "", "")));
    }
}
