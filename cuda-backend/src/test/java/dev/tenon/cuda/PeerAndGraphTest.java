package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Tensor;
import dev.tenon.conformance.reference.ReferenceDevice;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.NativeCallException;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies from one GPU to another, and graphs that are changed in place. */
class PeerAndGraphTest {
    private RecordingDriver driver;
    private List<CudaDevice> backends;
    private Device first;
    private Device second;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(2, Simulation.MEMORY);
        backends = Simulation.open(driver, Configuration.DEFAULT);
        first = Simulation.device(backends.get(0));
        second = Simulation.device(backends.get(1));
    }

    @AfterEach
    void close() {
        backends.forEach(CudaDevice::close);
        driver.assertNothingIsLeft();
    }

    @Test
    void aTensorGoesToAnotherDeviceWithoutTheHost() {
        float[] values = {1, 2, 3, 4, 5, 6};
        try (Tensor tensor = Tensor.of(first, values, 2, 3)) {
            driver.faults.forget();
            Tensor there = tensor.slice(0, 1, 2).to(second);
            assertEquals(1, driver.faults.calls().get("cuMemcpyPeerAsync"));
            assertFalse(driver.faults.calls().containsKey("cuMemcpyDtoHAsync"));
            assertFalse(driver.faults.calls().containsKey("cuStreamSynchronize"), "nobody waits on the host");
            assertArrayEquals(new float[] {4, 5, 6}, there.toFloatArray());
            there.close();
        }
    }

    @Test
    void devicesThatReachEachOtherAreLetDoSoOnce() {
        try (Tensor tensor = Tensor.of(first, new float[] {1, 2}, 2)) {
            driver.faults.forget();
            for (int i = 0; i < 3; i++) {
                tensor.to(second).close();
            }
            assertEquals(1, driver.faults.calls().get("cuMemPoolSetAccess"));
            assertEquals(List.of("direct", "direct", "direct"), driver.peerCopies);
            // The other way is another device's memory.
            try (Tensor there = tensor.to(second);
                    Tensor back = there.to(first)) {
                assertArrayEquals(new float[] {1, 2}, back.toFloatArray());
            }
            assertEquals(2, driver.faults.calls().get("cuMemPoolSetAccess"));
        }
        assertEquals(
                "devices [1] of the driver",
                backends.getFirst().properties().details().get("direct copies from"));
    }

    @Test
    void othersAreLeftToTheDriver() {
        close();
        driver = RecordingDriver.hopper(2, Simulation.MEMORY);
        driver.linked = false;
        backends = Simulation.open(driver, Configuration.DEFAULT);
        first = Simulation.device(backends.get(0));
        second = Simulation.device(backends.get(1));
        try (Tensor tensor = Tensor.of(first, new float[] {1, 2}, 2);
                Tensor there = tensor.to(second)) {
            assertArrayEquals(new float[] {1, 2}, there.toFloatArray());
        }
        assertEquals(List.of("by the host"), driver.peerCopies);
        assertFalse(driver.faults.calls().containsKey("cuMemPoolSetAccess"));
        assertFalse(backends.getFirst().properties().details().containsKey("direct copies from"));
    }

    @Test
    void whatFailsOnTheWayIsAnErrorAndLeavesBothUsable() {
        try (Tensor tensor = Tensor.of(first, new float[] {1, 2}, 2)) {
            for (String function :
                    List.of("cuMemPoolSetAccess", "cuEventRecord", "cuStreamWaitEvent", "cuMemcpyPeerAsync")) {
                driver.faults.fail(function, 1, 1);
                NativeCallException error = assertThrows(NativeCallException.class, () -> tensor.to(second));
                assertEquals(function, error.function());
            }
            try (Tensor there = tensor.to(second)) {
                assertArrayEquals(new float[] {1, 2}, there.toFloatArray());
            }
        }
        assertEquals(0, backends.get(1).memory().used());
    }

    /**
     * As an offload plan runs a model: each device has its steps as a graph, what passes from one to the next is copied between replays, and
     * the last is the host. The work of a device is done as late as it may, so a copy that did not wait for it would bring old numbers.
     */
    @Test
    void segmentsOnTwoDevicesAndTheHost() {
        Meaning increment = (device, values) -> {
            SimulatedDevice.Block from = device.at(LaunchValues.pointer(values.get(0)));
            SimulatedDevice.Block to = device.at(LaunchValues.pointer(values.get(1)));
            float number = RecordedMemory.bytes(device, from.address, 4, "in").get(ValueLayout.JAVA_FLOAT, 0);
            RecordedMemory.bytes(device, to.address, 4, "out").set(ValueLayout.JAVA_FLOAT, 0, number + 1);
        };
        driver.meanings.put("unary", increment);
        Device host = new Device(new ReferenceDevice(1 << 20), Configuration.DEFAULT);
        try (Tensor input = Tensor.zeros(host, DType.F32, 1);
                Tensor left = Tensor.zeros(first, DType.F32, 1);
                Tensor right = Tensor.zeros(second, DType.F32, 1);
                Tensor output = Tensor.zeros(host, DType.F32, 1);
                Graph onFirst = first.capture(() -> first.execute(new Unary(UnaryKind.EXP, left, left)));
                Graph onSecond = second.capture(() -> second.execute(new Unary(UnaryKind.EXP, right, right)))) {
            for (int step = 0; step < 5; step++) {
                try (Tensor number = Tensor.of(host, new float[] {10 * step}, 1)) {
                    input.set(number);
                }
                left.set(input);
                onFirst.replay();
                right.set(left);
                onSecond.replay();
                output.set(right);
                assertEquals(10 * step + 2, output.toFloatArray()[0]);
            }
            assertEquals(5, driver.peerCopies.size());
        }
        first.synchronize();
        second.synchronize();
    }

    /** The source may be freed, and its memory used again, while the copy is still to be made. */
    @Test
    void theSourceIsNotFreedBeforeTheCopy() {
        Tensor tensor = Tensor.of(first, new float[] {7, 8}, 2);
        Tensor there = tensor.to(second);
        tensor.close();
        first.synchronize();
        assertArrayEquals(new float[] {7, 8}, there.toFloatArray());
        there.close();
    }

    @Test
    void aGraphOfTheSameKernelsIsChangedInPlace() {
        try (Tensor small = Tensor.zeros(first, DType.F32, 100);
                Tensor large = Tensor.zeros(first, DType.F32, 4000);
                Graph graph = first.capture(() -> first.execute(new Unary(UnaryKind.EXP, small, small)))) {
            graph.replay();
            driver.faults.forget();
            graph.recapture(() -> first.execute(new Unary(UnaryKind.EXP, large, large)));
            assertEquals(1, driver.faults.calls().get("cuGraphExecUpdate"));
            assertFalse(driver.faults.calls().containsKey("cuGraphInstantiate"));
            graph.replay();
            assertEquals(8, driver.launches.getLast().grid().x());
            first.synchronize();
        }
    }

    @Test
    void aGraphOfOtherKernelsIsMadeAnew() {
        try (Tensor tensor = Tensor.zeros(first, DType.F32, 100);
                Graph graph = first.capture(() -> first.execute(new Unary(UnaryKind.EXP, tensor, tensor)))) {
            driver.faults.forget();
            graph.recapture(() -> first.execute(new Unary(UnaryKind.SQRT, tensor, tensor)));
            assertEquals(1, driver.faults.calls().get("cuGraphInstantiate"));
            assertEquals(UnaryKind.SQRT, ((Unary) graph.ops().getFirst()).kind());
            graph.replay();
        }
    }

    @Test
    void aCaptureThatFailsLeavesTheGraph() {
        try (Tensor tensor = Tensor.zeros(first, DType.F32, 100);
                Graph graph = first.capture(() -> first.execute(new Unary(UnaryKind.EXP, tensor, tensor)))) {
            assertThrows(
                    InvalidArgumentException.class,
                    () -> graph.recapture(() -> {
                        throw new InvalidArgumentException("no");
                    }));
            graph.replay();
            assertEquals(UnaryKind.EXP, ((Unary) graph.ops().getFirst()).kind());
        }
    }
}
