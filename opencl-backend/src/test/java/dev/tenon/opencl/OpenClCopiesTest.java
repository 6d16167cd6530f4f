package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tensor;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.ShapeException;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Copies between two devices with memory of their own, in two contexts; the conformance suite has those with the host. */
class OpenClCopiesTest {
    private static final int COPIES = 200;

    @Test
    void copiesBetweenTwoDevices() {
        try (OpenClDevice one = OpenDevices.first(Configuration.DEFAULT);
                OpenClDevice other = OpenDevices.first(Configuration.DEFAULT)) {
            Device first = new Device(one, Configuration.DEFAULT);
            Device second = new Device(other, Configuration.DEFAULT);
            for (int round = 0; round < 2; round++) {
                try (Scope scope = Scope.open()) {
                    List<Tensor> there = new ArrayList<>();
                    Tensor source = Tensor.zeros(first, DType.F32, 10, 1000);
                    for (int i = 0; i < COPIES; i++) {
                        there.add(source.transpose().to(second).add(0.5));
                        source.set(source.add(1));
                    }
                    source.close();
                    for (int i = 0; i < COPIES; i++) {
                        Tensor sum = there.get(i).to(first).sum();
                        assertEquals(10_000 * (i + 0.5), sum.item());
                    }
                }
            }
            second.synchronize();
            first.synchronize();
            one.trim();
            other.trim();
            long before = one.handles() + other.handles();
            try (Scope scope = Scope.open()) {
                Tensor.zeros(first, DType.F32, 1000).to(second).to(first);
            }
            first.synchronize();
            second.synchronize();
            one.trim();
            other.trim();
            assertEquals(before, one.handles() + other.handles(), "events of transfers are released");
        }
    }

    /** The source's queue stands still until the test lets it go on: a copy that waited for it on the host would never return. */
    @Test
    void copiesDoNotWaitForTheSource() {
        try (OpenClDevice one = OpenDevices.first(Configuration.DEFAULT);
                OpenClDevice other = OpenDevices.first(Configuration.DEFAULT);
                Scope scope = Scope.open()) {
            Device first = new Device(one, Configuration.DEFAULT);
            Device second = new Device(other, Configuration.DEFAULT);
            Tensor source = Tensor.of(first, new float[] {1, 2, 3});
            first.synchronize();
            Gate gate = new Gate(one);
            one.defaultStream().waitFor(gate.point());
            source.set(source.multiply(2));
            Tensor sum = source.to(second).add(1);
            source.set(source.multiply(0));
            gate.open();
            gate.point().synchronize();
            assertArrayEquals(new float[] {3, 5, 7}, sum.toFloatArray());
            second.synchronize();
            first.synchronize();
        }
    }

    @Test
    void transfersThatAreUnderWayEndWithTheirDevice() {
        OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
        try (Arena arena = Arena.ofShared()) {
            MemorySegment memory = arena.allocate(1 << 20);
            Device device = new Device(backend, Configuration.DEFAULT);
            Tensor target = Tensor.zeros(device, DType.U8, 1 << 20);
            List<StreamEvent> events = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                events.add(backend.defaultStream().upload(memory, target.buffer(), 0));
            }
            backend.close();
            assertTrue(events.stream().allMatch(StreamEvent::isDone));
            assertEquals(0, backend.handles());
        }
    }

    @Test
    void transfersTakeTheirPlaceAndStayWithinTheBuffer() {
        try (OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
                Arena arena = Arena.ofShared()) {
            Device device = new Device(backend, Configuration.DEFAULT);
            Tensor tensor = Tensor.of(device, new int[] {1, 2, 3, 4});
            MemorySegment before = arena.allocate(16, 64);
            MemorySegment changed = arena.allocateFrom(ValueLayout.JAVA_INT, 7, 8);
            MemorySegment after = arena.allocate(16, 64);
            backend.defaultStream().download(tensor.buffer(), 0, before);
            StreamEvent written = backend.defaultStream().upload(changed, tensor.buffer(), 4);
            backend.defaultStream().download(tensor.buffer(), 0, after).synchronize();
            assertTrue(written.isDone());
            assertArrayEquals(new int[] {1, 2, 3, 4}, before.toArray(ValueLayout.JAVA_INT));
            assertArrayEquals(new int[] {1, 7, 8, 4}, after.toArray(ValueLayout.JAVA_INT));
            for (long offset : new long[] {-1, 9, Long.MAX_VALUE}) {
                assertThrows(
                        ShapeException.class, () -> backend.defaultStream().upload(changed, tensor.buffer(), offset));
                assertThrows(
                        ShapeException.class, () -> backend.defaultStream().download(tensor.buffer(), offset, changed));
            }
        }
    }

    @Test
    void aTargetThatIsFullStaysUsable() {
        try (OpenClDevice one = OpenDevices.first(Configuration.DEFAULT);
                OpenClDevice small = OpenDevices.first(Configuration.DEFAULT.withMemoryLimit(1 << 20))) {
            Device first = new Device(one, Configuration.DEFAULT);
            Device second = new Device(small, Configuration.DEFAULT);
            Tensor source = Tensor.full(first, DType.F32, 3, 1 << 16);
            List<Tensor> there = new ArrayList<>();
            OutOfDeviceMemoryException full = assertThrows(OutOfDeviceMemoryException.class, () -> {
                for (int i = 0; i < 10; i++) {
                    there.add(source.to(second));
                }
            });
            assertEquals(1 << 18, full.asked());
            assertEquals(4, there.size());
            there.removeFirst().close();
            there.add(source.to(second));
            for (Tensor each : there) {
                assertEquals(3, each.toFloatArray()[(1 << 16) - 1]);
            }
        }
    }
}
