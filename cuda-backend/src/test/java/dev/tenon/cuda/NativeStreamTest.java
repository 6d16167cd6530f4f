package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import dev.tenon.error.NativeCallException;
import dev.tenon.spi.NativeStream;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What another library, such as NCCL, may queue on a stream. Its work is a call of the driver's here, which the recording driver
 * holds to the order of streams, the current context and the memory's life.
 */
class NativeStreamTest {
    private RecordingDriver driver;
    private List<CudaDevice> backends;
    private List<Device> devices;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(2, Simulation.MEMORY);
        backends = Simulation.open(driver, Configuration.DEFAULT);
        devices = backends.stream().map(Simulation::device).toList();
    }

    @AfterEach
    void close() {
        backends.forEach(CudaDevice::close);
        driver.assertNothingIsLeft();
    }

    private static NativeStream stream(CudaDevice backend) {
        return (NativeStream) backend.openStream();
    }

    @Test
    void memoryIsThereBeforeAndGoesAfter() {
        NativeStream stream = stream(backends.get(0));
        assertEquals(NativeStream.CUDA, stream.platform());
        Tensor first = Tensor.empty(devices.get(0), DType.F32, 100);
        Tensor second = Tensor.empty(devices.get(0), DType.F32, 50);
        stream.submitNative(List.of(first.buffer(), second.buffer()), (handle, addresses) -> {
            driver.zero(addresses[0], 400, handle);
            driver.zero(addresses[1], 200, handle);
        });
        first.close();
        second.close();
        stream.close();
    }

    @Test
    void workIsInTheOrderOfPointsOfOtherStreams() {
        NativeStream stream = stream(backends.get(0));
        try (Tensor tensor = Tensor.of(devices.get(0), new float[] {1, 2, 3, 4})) {
            stream.waitFor(devices.get(0).record());
            stream.submitNative(
                    List.of(tensor.buffer()), (handle, addresses) -> driver.zero(addresses[0] + 4, 8, handle));
            stream.record().synchronize();
            assertArrayEquals(new float[] {1, 0, 0, 4}, tensor.toFloatArray());
        }
        stream.close();
    }

    /** A library takes the device that is current on the thread. */
    @Test
    void theStreamsDeviceIsCurrentWhicheverWasBefore() {
        NativeStream first = stream(backends.get(0));
        NativeStream second = stream(backends.get(1));
        try (Tensor a = Tensor.empty(devices.get(0), DType.F32, 16);
                Tensor b = Tensor.empty(devices.get(1), DType.F32, 16)) {
            for (int i = 0; i < 2; i++) {
                first.submitNative(List.of(a.buffer()), (handle, at) -> driver.zero(at[0], 64, handle));
                second.submitNative(List.of(b.buffer()), (handle, at) -> driver.zero(at[0], 64, handle));
            }
        }
        first.close();
        second.close();
    }

    @Test
    void theLibrarysFailureIsItsOwn() {
        NativeStream stream = stream(backends.get(0));
        // A code that would be the end of a context, were it the driver's.
        NativeCallException failure = new NativeCallException("ncclAllReduce", 700, "", "");
        assertEquals(
                failure,
                assertThrows(
                        NativeCallException.class,
                        () -> stream.submitNative(List.of(), (handle, addresses) -> {
                            throw failure;
                        })));
        stream.synchronize();
        stream.close();
        assertThrows(ClosedException.class, () -> stream.submitNative(List.of(), (handle, addresses) -> {}));
    }
}
