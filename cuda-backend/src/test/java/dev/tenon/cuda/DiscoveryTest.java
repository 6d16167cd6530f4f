package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.error.NativeCallException;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.Discovery;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** What is missing is a reason. */
class DiscoveryTest {
    @Test
    void aMachineWithoutADriverGetsAReason() {
        Assumptions.assumeTrue(LibraryNative.lookup(DriverNative.LIBRARY).isEmpty(), "this machine has a driver");
        Discovery found = new CudaBackend().discover(Configuration.DEFAULT);
        assertEquals(List.of(), found.devices());
        assertTrue(
                found.reasons().getFirst().contains("libcuda.so.1"),
                found.reasons().toString());
    }

    @Test
    void aDriverWithoutADeviceGetsAReason() {
        Discovery found = CudaBackend.discover(() -> new RecordingDriver(), Configuration.DEFAULT);
        assertEquals(List.of("the CUDA driver finds no device"), found.reasons());
        found = CudaBackend.discover(
                () -> {
                    throw new NativeCallException("cuInit", 100, "CUDA_ERROR_NO_DEVICE", "");
                },
                Configuration.DEFAULT);
        assertEquals(List.of("the CUDA driver finds no device"), found.reasons());
    }

    @Test
    void aDriverThatDoesNotStartGetsAReason() {
        Discovery found = CudaBackend.discover(
                () -> {
                    throw new NativeCallException("cuInit", 803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH", "");
                },
                Configuration.DEFAULT);
        assertTrue(found.reasons().getFirst().contains("CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"));
        found = CudaBackend.discover(
                () -> {
                    throw new UnsatisfiedLinkError("no JCudaDriver");
                },
                Configuration.DEFAULT);
        assertTrue(
                found.reasons().getFirst().contains("no JCudaDriver"),
                found.reasons().toString());
    }

    @Test
    void anOldDeviceGetsAReasonAndTheOthersAreFound() {
        RecordingDriver driver = new RecordingDriver(
                new SimulatedDevice(0, "Old", 75, 1 << 30), new SimulatedDevice(1, "New", 90, 1L << 30));
        Discovery found = CudaBackend.discover(() -> driver, Configuration.DEFAULT);
        assertEquals(
                List.of(
                        "Old: it has compute capability 7.5, at least 8.0 is needed",
                        "cuBLAS: none was looked for; Tenon's own kernels multiply matrices"),
                found.reasons());
        assertEquals(List.of("cuda:0"), names(found));
        assertEquals("New", found.devices().getFirst().properties().description());
        found.devices().forEach(BackendDevice::close);
        driver.assertNothingIsLeft();
    }

    @Test
    void aDeviceThatDoesNotOpenDoesNotHideTheOthers() {
        RecordingDriver driver = RecordingDriver.hopper(2, Simulation.MEMORY);
        driver.faults.fail("cuDevicePrimaryCtxRetain", 1, 46);
        Discovery found = CudaBackend.discover(() -> driver, Configuration.DEFAULT);
        assertEquals(1, found.devices().size());
        assertTrue(
                found.reasons().getFirst().contains("cuDevicePrimaryCtxRetain"),
                found.reasons().toString());
        found.devices().forEach(BackendDevice::close);
        driver.assertNothingIsLeft();
    }

    @Test
    void severalDevicesAreListedInOrder() {
        RecordingDriver driver = RecordingDriver.hopper(3, Simulation.MEMORY);
        Discovery found = CudaBackend.discover(() -> driver, Configuration.DEFAULT);
        assertEquals(List.of("cuda:0", "cuda:1", "cuda:2"), names(found));
        BackendDevice first = found.devices().getFirst();
        assertEquals("9.0", first.properties().details().get("compute capability"));
        assertEquals("CUDA 12.6", first.properties().details().get("driver"));
        assertEquals(132, first.properties().computeUnits());
        found.devices().forEach(BackendDevice::close);
        driver.assertNothingIsLeft();
    }

    private static List<String> names(Discovery found) {
        return found.devices().stream().map(d -> d.properties().name()).toList();
    }
}
