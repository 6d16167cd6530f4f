package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ClosedException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.DeviceException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.ShapeException;
import dev.tenon.error.UnsupportedOpException;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What reaches a device and what does not. */
class ExecutionTest {
    private final NullDevice backend = new NullDevice();
    private final Device device = NullDevice.device(backend);

    @Test
    void publicMethodsRunOneOperatorEach() {
        Tensor a = Tensor.empty(device, DType.F32, 4, 4);
        a.matmul(a).add(a).softmax(1).sum(0);
        assertEquals(List.of("matmul", "binary", "softmax", "reduce"), backend.log);
    }

    @Test
    void whatDoesNotFitNeverReachesTheDevice() {
        Tensor a = Tensor.empty(device, DType.F32, 4, 4);
        Tensor b = Tensor.empty(device, DType.F32, 5, 4);
        Tensor ints = Tensor.empty(device, DType.I32, 4, 4);
        assertThrows(ShapeException.class, () -> a.matmul(b));
        assertThrows(ShapeException.class, () -> a.add(b));
        assertThrows(DTypeException.class, () -> a.add(ints));
        assertThrows(DTypeException.class, ints::exp);
        assertThrows(ShapeException.class, () -> a.set(a.transpose()));
        Tensor elsewhere = Tensor.empty(NullDevice.device(), DType.F32, 4, 4);
        assertThrows(DeviceException.class, () -> a.add(elsewhere));
        Tensor closed = Tensor.empty(device, DType.F32, 4, 4);
        closed.close();
        assertThrows(ClosedException.class, () -> a.add(closed));
        assertEquals(List.of(), backend.log);
    }

    @Test
    void whatIsNotSupportedIsAnErrorThatNamesIt() {
        backend.lacks = "it has no kernels";
        Tensor a = Tensor.empty(device, DType.BF16, 4, 4);
        UnsupportedOpException error = assertThrows(UnsupportedOpException.class, a::exp);
        assertTrue(error.getMessage().contains("unary(BF16[4, 4]) -> BF16[4, 4]"), error.getMessage());
        assertTrue(error.getMessage().contains("it has no kernels"), error.getMessage());
        assertEquals("null", error.device());
        assertEquals(List.of(), backend.log);
    }

    @Test
    void memoryRunsOutAsAnErrorAfterWhichWorkGoesOn() {
        Device small = NullDevice.device(new NullDevice(1 << 20));
        try (Scope scope = Scope.open()) {
            Tensor fits = Tensor.empty(small, DType.F32, 100_000);
            OutOfDeviceMemoryException error =
                    assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.empty(small, DType.F32, 1_000_000));
            assertEquals(4_000_000, error.asked());
            assertTrue(error.used() >= 400_000, error.toString());
            assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.empty(small, DType.F32, 200_000));
            assertThrows(OutOfDeviceMemoryException.class, () -> Tensor.empty(small, DType.U8, Long.MAX_VALUE));
            fits.segment();
        }
        for (int i = 0; i < 10; i++) {
            Tensor.empty(small, DType.F32, 200_000).close();
        }
    }

    @Test
    void aCaptureRecordsWithoutRunning() {
        Tensor a = Tensor.empty(device, DType.F32, 4);
        Graph graph = device.capture(() -> {
            device.execute(new Unary(UnaryKind.EXP, a, a));
            device.execute(new Unary(UnaryKind.LOG, a, a));
        });
        assertEquals(List.of("compile 2"), backend.log);
        assertEquals(2, graph.ops().size());
        graph.replay();
        graph.replay();
        assertEquals(List.of("compile 2", "replay", "replay"), backend.log);
        // The graph holds what it uses, whatever becomes of the tensor.
        a.close();
        assertTrue(device.memory().used() > 0);
        graph.replay();
        graph.close();
        graph.close();
        assertEquals(0, device.memory().used());
        assertThrows(ClosedException.class, graph::replay);
    }

    @Test
    void aGraphTakesWhatIsCapturedAnew() {
        Tensor a = Tensor.empty(device, DType.F32, 4);
        Tensor b = Tensor.empty(device, DType.F32, 4);
        Graph graph = device.capture(() -> device.execute(new Unary(UnaryKind.EXP, a, a)));
        graph.recapture(() -> {
            device.execute(new Unary(UnaryKind.EXP, b, b));
            device.execute(new Unary(UnaryKind.LOG, b, b));
        });
        graph.replay();
        assertEquals(List.of("compile 1", "compile 2", "close graph", "replay"), backend.log);
        assertEquals(2, graph.ops().size());
        long both = device.memory().used();
        a.close();
        assertTrue(device.memory().used() < both, "the graph no longer holds what it had");
        b.close();
        graph.close();
        assertEquals(0, device.memory().used());
        assertThrows(ClosedException.class, () -> graph.recapture(() -> {}));
    }

    @Test
    void capturesDoNotNestAndFailCleanly() {
        Tensor a = Tensor.empty(device, DType.F32, 4);
        InvalidArgumentException nested =
                assertThrows(InvalidArgumentException.class, () -> device.capture(() -> device.capture(() -> {})));
        assertTrue(String.valueOf(nested.getMessage()).contains("capture"), nested.getMessage());
        assertThrows(
                DTypeException.class,
                () -> device.capture(() -> {
                    device.execute(new Unary(UnaryKind.EXP, a, a));
                    device.execute(new Unary(UnaryKind.NOT, a, a));
                }));
        a.close();
        assertEquals(0, device.memory().used());
        Tensor b = Tensor.empty(device, DType.F32, 4);
        device.execute(new Unary(UnaryKind.EXP, b, b));
        assertEquals("unary", backend.log.getLast());
    }

    @Test
    void aCaptureOfOneDeviceRefusesAnother() {
        Device other = NullDevice.device();
        Tensor elsewhere = Tensor.empty(other, DType.F32, 4);
        assertThrows(DeviceException.class, () -> device.capture(elsewhere::exp));
    }

    @Test
    void aCaptureIsItsThreadsOwn() {
        Tensor a = Tensor.empty(device, DType.F32, 4);
        Graph graph =
                device.capture(() -> CompletableFuture.runAsync(() -> device.execute(new Unary(UnaryKind.EXP, a, a)))
                        .join());
        assertEquals(0, graph.ops().size());
        assertEquals(List.of("unary", "compile 0"), backend.log);
    }

    @Test
    void streamsTakeWhatRunsInsideThem() {
        Tensor a = Tensor.empty(device, DType.F32, 4);
        try (Stream stream = device.openStream()) {
            stream.run(() -> device.execute(new Unary(UnaryKind.EXP, a, a)));
            device.execute(new Unary(UnaryKind.EXP, a, a));
            stream.waitFor(stream.record());
            stream.synchronize();
        }
        assertEquals(
                List.of("stream 1 unary", "unary", "stream 1 wait", "stream 1 synchronize", "stream 1 close"),
                backend.log);
    }

    @Test
    void viewsShareAndReshapeCopiesOnlyWhereItMust() {
        Tensor a = Tensor.empty(device, DType.F32, 4, 6);
        assertEquals(a.buffer(), a.reshape(2, 12).transpose().slice(0, 1, 5).buffer());
        assertEquals(List.of(), backend.log);
        a.transpose().reshape(24);
        assertEquals(List.of("copy"), backend.log);
        assertThrows(ShapeException.class, () -> a.withLayout(Layout.of(Shape.of(5, 6), new long[] {6, 1}, 0)));
        assertThrows(ShapeException.class, () -> a.withLayout(Layout.of(Shape.of(4), new long[] {-1}, 2)));
        a.withLayout(Layout.of(Shape.of(4), new long[] {-1}, 3));
    }
}
