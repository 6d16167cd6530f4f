package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Graph;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.error.ClosedException;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Every OpenCL object that a device makes is released: when it has done its work, or with the device at the latest. */
class HandlesTest {
    @Test
    void nothingIsLeftOfAClosedDevice() {
        OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
        Device device = new Device(backend, Configuration.DEFAULT);
        Tensor forgotten = Tensor.full(device, DType.F32, 1, 10);
        work(device);
        assertTrue(backend.handles() > 0);
        backend.close();
        assertEquals(0, backend.handles());
        forgotten.close();
        backend.close();
        assertEquals(0, backend.handles());
    }

    @Test
    void workLeavesNothingBehind() {
        try (OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT)) {
            Device device = new Device(backend, Configuration.DEFAULT);
            work(device);
            backend.trim();
            long before = backend.handles();
            for (int i = 0; i < 50; i++) {
                work(device);
            }
            backend.trim();
            assertEquals(before, backend.handles());
        }
    }

    @Test
    void whatIsClosedIsAnErrorAndNoCrash() {
        OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
        Device device = new Device(backend, Configuration.DEFAULT);
        Tensor tensor = Tensor.full(device, DType.F32, 1, 10);
        Stream stream = device.openStream();
        StreamEvent event = stream.record();
        stream.close();
        assertThrows(
                ClosedException.class,
                () -> stream.run(() -> device.execute(new Unary(UnaryKind.SQRT, tensor, tensor))));
        stream.synchronize();
        assertTrue(event.isDone());
        assertTrue(stream.record().isDone());
        backend.close();
        assertThrows(ClosedException.class, () -> device.execute(new Unary(UnaryKind.SQRT, tensor, tensor)));
        assertThrows(ClosedException.class, () -> Tensor.zeros(device, DType.F32, 3));
        assertThrows(ClosedException.class, tensor::toFloatArray);
        tensor.close();
    }

    /** Two streams that hand each other memory, from two threads: neither waits for the other's lock. */
    @Test
    void streamsThatShareMemoryDoNotBlockEachOther() throws Exception {
        try (OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT)) {
            Device device = new Device(backend, Configuration.DEFAULT);
            try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
                List<Future<?>> futures = new ArrayList<>();
                for (int i = 0; i < 2; i++) {
                    futures.add(pool.submit(() -> {
                        try (Stream stream = device.openStream()) {
                            stream.run(() -> churn(device));
                        }
                    }));
                }
                for (Future<?> future : futures) {
                    future.get(60, TimeUnit.SECONDS);
                }
            }
            backend.synchronizeStreams();
        }
    }

    private static void churn(Device device) {
        for (int i = 0; i < 500; i++) {
            try (Tensor made = Tensor.full(device, DType.F32, 1, 64);
                    Tensor other = Tensor.full(device, DType.F32, 2, 64)) {
                device.execute(new Unary(UnaryKind.SQUARE, made, other));
            }
        }
    }

    /** Operators, a graph, streams and events whose end nobody asks about, host memory used in place. */
    private static void work(Device device) {
        try (Scope scope = Scope.open();
                Stream stream = device.openStream()) {
            Tensor in = Tensor.full(device, DType.F32, 9, 1000);
            Tensor out = Tensor.empty(device, DType.F32, 1000);
            device.synchronize();
            stream.run(() -> device.execute(new Unary(UnaryKind.SQRT, in, out)));
            StreamEvent event = stream.record();
            stream.record();
            event.synchronize();
            try (Graph graph = device.capture(() -> device.execute(new Unary(UnaryKind.SQUARE, out, out)))) {
                graph.replay();
                graph.replay();
            }
            assertEquals(81_000, out.sum().item());
        }
    }

    @Test
    void hostMemoryIsUsedInPlaceOnlyWhereTheDeviceIsTheHost() {
        try (OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
                Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(ValueLayout.JAVA_FLOAT, 1, 2, 3, 4);
            var wrapped = backend.wrap(memory);
            assertEquals(backend.info().hostMemory(), wrapped.isPresent());
            wrapped.ifPresent(buffer -> {
                MemorySegment back = arena.allocate(16, 64);
                backend.download(buffer, 0, back);
                assertArrayEquals(new float[] {1, 2, 3, 4}, back.toArray(ValueLayout.JAVA_FLOAT));
                buffer.close();
            });
        }
    }
}
