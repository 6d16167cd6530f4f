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
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
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
                Tensor large = Tensor.zeros(first, DType.F32, 1000);
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
