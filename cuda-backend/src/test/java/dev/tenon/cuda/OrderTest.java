package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import dev.tenon.error.ShapeException;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.profile.Clock;
import dev.tenon.spi.OpTimes;
import dev.tenon.spi.OpTiming;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Work in order. The recording driver does work as late as it may, and fails where memory is used before it is there or after
 * it went in the order of the streams; so what passes here waits for what it must wait for.
 */
class OrderTest {
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
        backend.close();
        driver.assertNothingIsLeft();
    }

    @Test
    void anotherStreamWaitsForMemoryToBeThere() {
        try (Stream stream = device.openStream()) {
            Tensor tensor = Tensor.empty(device, DType.F32, 100);
            stream.run(() -> device.execute(new Unary(UnaryKind.EXP, tensor, tensor)));
            stream.synchronize();
            tensor.close();
        }
    }

    @Test
    void memoryGoesAfterTheLastStreamThatUsedIt() {
        try (Stream one = device.openStream();
                Stream two = device.openStream()) {
            Tensor tensor = Tensor.empty(device, DType.F32, 100);
            one.run(() -> device.execute(new Unary(UnaryKind.EXP, tensor, tensor)));
            two.run(() -> device.execute(new Unary(UnaryKind.EXP, tensor, tensor)));
            tensor.close();
            device.synchronize();
        }
    }

    @Test
    void memoryOfAStreamThatIsClosedGoesToo() {
        Tensor tensor = Tensor.empty(device, DType.F32, 100);
        Stream stream = device.openStream();
        stream.run(() -> device.execute(new Unary(UnaryKind.EXP, tensor, tensor)));
        stream.close();
        tensor.close();
        device.synchronize();
        assertEquals(0, backend.memory().used());
    }

    @Test
    void memoryIsFreedWithoutAWait() {
        Tensor tensor = Tensor.empty(device, DType.F32, 100);
        device.execute(new Unary(UnaryKind.EXP, tensor, tensor));
        driver.faults.forget();
        tensor.close();
        assertFalse(driver.faults.calls().containsKey("cuStreamSynchronize"));
        assertEquals(1, driver.faults.calls().get("cuMemFreeAsync"));
    }

    @Test
    void copiesOfManyPiecesArriveWhole() {
        int bytes = (int) (5 * Staging.PIECE + 12345);
        byte[] content = new byte[bytes];
        new Random(7).nextBytes(content);
        try (CudaBuffer buffer = backend.allocate(bytes + 10L)) {
            backend.upload(MemorySegment.ofArray(content), buffer, 7);
            byte[] back = new byte[bytes];
            backend.download(buffer, 7, MemorySegment.ofArray(back));
            assertArrayEquals(content, back);
            MemorySegment part = MemorySegment.ofArray(new byte[100]);
            backend.download(buffer, 7 + Staging.PIECE - 50, part);
            for (int i = 0; i < 100; i++) {
                assertEquals(content[(int) Staging.PIECE - 50 + i], part.get(ValueLayout.JAVA_BYTE, i), "byte " + i);
            }
        }
    }

    @Test
    void whatAnUploadReadsMayChangeAfterwards() {
        try (CudaBuffer buffer = backend.allocate(64);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocate(64);
            memory.fill((byte) 1);
            backend.upload(memory, buffer, 0);
            memory.fill((byte) 2);
            MemorySegment back = arena.allocate(64);
            backend.download(buffer, 0, back);
            assertEquals(1, back.get(ValueLayout.JAVA_BYTE, 63));
        }
    }

    @Test
    void copiesThatLeaveABufferAreErrors() {
        try (CudaBuffer buffer = backend.allocate(64)) {
            MemorySegment memory = MemorySegment.ofArray(new byte[65]);
            assertThrows(ShapeException.class, () -> backend.upload(memory, buffer, 0));
            assertThrows(ShapeException.class, () -> backend.upload(memory.asSlice(0, 1), buffer, 64));
            assertThrows(ShapeException.class, () -> backend.download(buffer, -1, memory.asSlice(0, 1)));
        }
    }

    @Test
    void eventsAreAskedAndWaitedFor() {
        Tensor tensor = Tensor.empty(device, DType.F32, 100);
        device.execute(new Unary(UnaryKind.EXP, tensor, tensor));
        StreamEvent asked = device.backend().defaultStream().record();
        assertFalse(asked.isDone());
        assertTrue(asked.isDone());
        StreamEvent waited = device.backend().defaultStream().record();
        waited.synchronize();
        assertTrue(waited.isDone());
        tensor.close();
    }

    @Test
    void anOperatorsTimesAreTheDevices() {
        try (Tensor tensor = Tensor.empty(device, DType.F32, 100)) {
            OpTiming timing = device.backend().defaultStream().executeTimed(new Unary(UnaryKind.EXP, tensor, tensor));
            assertFalse(timing.isDone());
            OpTimes times = timing.resolve();
            assertEquals(Clock.DEVICE, times.clock());
            // Each event of the recording driver's is half a millisecond after the origin.
            assertEquals(0, times.nanos());
            assertTrue(Math.abs(times.startNanos() - System.nanoTime()) < 10_000_000_000L);
        }
    }

    @Test
    void whatIsClosedIsAnError() {
        Tensor tensor = Tensor.empty(device, DType.F32, 100);
        Stream stream = device.openStream();
        StreamEvent event = stream.record();
        stream.close();
        assertTrue(event.isDone());
        assertThrows(
                ClosedException.class,
                () -> stream.run(() -> device.execute(new Unary(UnaryKind.EXP, tensor, tensor))));
        backend.close();
        assertThrows(ClosedException.class, () -> Tensor.empty(device, DType.F32, 1));
        assertThrows(ClosedException.class, tensor::toFloatArray);
        tensor.close();
    }
}
