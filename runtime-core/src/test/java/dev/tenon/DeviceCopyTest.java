package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ClosedException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.DeviceException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.error.ShapeException;
import dev.tenon.npy.CopyingDevice;
import dev.tenon.profile.Profile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies between devices, with one that works only when it is let: order, lifetimes, failures. */
class DeviceCopyTest {
    private static final long MEMORY = 1 << 20;

    private LateDevice backend;
    private LateDevice otherBackend;
    private Device late;
    private Device other;
    private Device host;

    @BeforeEach
    void open() {
        backend = new LateDevice("late", MEMORY);
        otherBackend = new LateDevice("other", MEMORY);
        late = new Device(backend, Configuration.DEFAULT);
        other = new Device(otherBackend, Configuration.DEFAULT);
        host = CopyingDevice.open();
    }

    @AfterEach
    void close() {
        backend.resume();
        otherBackend.resume();
        late.close();
        other.close();
        host.close();
    }

    private static void overwrite(Tensor tensor) {
        tensor.segment().fill((byte) 0x7F);
    }

    @Test
    void theCallReturnsBeforeTheDeviceHasReadAndTheSourceMayChange() {
        try (Tensor source = Tensor.of(host, new float[] {1, 2, 3})) {
            backend.hold();
            Tensor target = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> source.to(late));
            overwrite(source);
            backend.resume();
            assertArrayEquals(new float[] {1, 2, 3}, target.to(host).toFloatArray());
        }
    }

    @Test
    void theSourceMayBeClosedAndItsMemoryUsedAgain() {
        backend.hold();
        List<Tensor> targets = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            try (Tensor source = Tensor.of(host, new float[] {i, -i, 0.5f})) {
                targets.add(source.to(late));
            }
        }
        long used = host.memory().used();
        backend.resume();
        for (int i = 0; i < targets.size(); i++) {
            assertArrayEquals(new float[] {i, -i, 0.5f}, targets.get(i).to(host).toFloatArray(), "copy " + i);
        }
        assertEquals(0, used, "copies under way hold no memory of the source's device");
    }

    @Test
    void laterWorkOnTheTargetSeesTheCopyAndEarlierWorkDoesNot() {
        try (Tensor one = Tensor.of(host, new int[] {1, 2, 3, 4});
                Tensor two = Tensor.of(host, new int[] {5, 6, 7, 8})) {
            backend.hold();
            Tensor target = one.to(late);
            Tensor before = target.copy();
            target.set(two);
            Tensor after = target.copy();
            backend.resume();
            assertArrayEquals(new int[] {1, 2, 3, 4}, after(before));
            assertArrayEquals(new int[] {5, 6, 7, 8}, after(after));
        }
    }

    private int[] after(Tensor tensor) {
        return ints(tensor.to(host));
    }

    private static int[] ints(Tensor tensor) {
        return MemorySegment.ofArray(tensor.toByteArray()).toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    @Test
    void theCopySeesWhatWasQueuedOnTheSourceBefore() {
        Tensor source = Tensor.of(host, new int[] {1, 2, 3}).to(late);
        Tensor more = Tensor.of(host, new int[] {7, 8, 9}).to(late);
        late.synchronize();
        backend.hold();
        source.set(more);
        Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            backend.resume();
        });
        Tensor onHost = source.to(host);
        source.close();
        assertArrayEquals(new int[] {7, 8, 9}, ints(onHost));
    }

    @Test
    void betweenTwoDevicesWithMemoryOfTheirOwnOnlyTheSourceIsWaitedFor() {
        Tensor source = Tensor.of(host, new int[] {1, 2, 3}).to(late);
        late.synchronize();
        otherBackend.hold();
        Tensor target = assertTimeoutPreemptively(Duration.ofSeconds(20), () -> source.to(other));
        source.close();
        otherBackend.resume();
        assertArrayEquals(new int[] {1, 2, 3}, after(target));
    }

    @Test
    void viewsOnBothSidesAndBroadcastSources() {
        Tensor matrix = Tensor.of(host, new int[] {0, 1, 2, 3, 4, 5}, 2, 3);
        assertArrayEquals(new int[] {0, 3, 1, 4, 2, 5}, after(matrix.transpose().to(late)));
        Tensor there = matrix.to(late);
        assertArrayEquals(new int[] {0, 2, 3, 5}, after(there.slice(1, 0, 3, 2)));
        assertArrayEquals(
                new int[] {4, 4, 4},
                after(matrix.slice(0, 1, 2).slice(1, 1, 2).broadcastTo(3, 1).to(late)));
        there.transpose().set(Tensor.of(host, new int[] {9, 8, 7, 6, 5, 4}, 3, 2));
        assertArrayEquals(new int[] {9, 7, 5, 8, 6, 4}, after(there));
        there.slice(1, 1, 3).set(Tensor.of(host, new int[] {-1, -2}));
        assertArrayEquals(new int[] {9, -1, -2, 8, -1, -2}, after(there));
        there.slice(0, 1, 2).set(Tensor.of(host, new int[] {1, 2, 3}, 1, 3));
        assertArrayEquals(new int[] {9, -1, -2, 1, 2, 3}, after(there));
    }

    @Test
    void emptyTensors() {
        backend.hold();
        Tensor none = Tensor.empty(host, DType.F32, 0, 3).to(late);
        assertEquals(Shape.of(0, 3), none.shape());
        assertEquals(0, none.to(host).toFloatArray().length);
        none.set(Tensor.empty(host, DType.F32, 1, 3));
    }

    @Test
    void copiesOfManyChunks() {
        LateDevice large = new LateDevice("large", 1L << 30);
        Device device = new Device(large, Configuration.DEFAULT);
        int elements = (200 << 20) / Integer.BYTES + 3;
        try (Tensor source = Tensor.empty(host, DType.I32, elements)) {
            MemorySegment memory = source.segment();
            for (long i = 0; i < elements; i += 1009) {
                memory.setAtIndex(ValueLayout.JAVA_INT, i, (int) (i * 31));
            }
            Tensor target = source.to(device);
            try (Tensor back = target.to(host)) {
                assertEquals(-1, memory.mismatch(back.segment()));
            }
        } finally {
            device.close();
        }
    }

    @Test
    void wrongOperandsChangeNothing() {
        Tensor target = Tensor.of(host, new int[] {1, 2}).to(late);
        assertThrows(DTypeException.class, () -> target.set(Tensor.of(host, new float[] {1, 2})));
        assertThrows(ShapeException.class, () -> target.set(Tensor.of(host, new int[] {1, 2, 3})));
        assertThrows(
                ShapeException.class,
                () -> target.slice(0, 0, 1).broadcastTo(2).set(Tensor.of(host, new int[] {1, 2})));
        Tensor closed = Tensor.of(host, new int[] {3, 4});
        closed.close();
        assertThrows(ClosedException.class, () -> closed.to(late));
        assertThrows(ClosedException.class, () -> target.set(closed));
        assertArrayEquals(new int[] {1, 2}, after(target));
        long used = late.memory().used();
        target.close();
        assertThrows(ClosedException.class, () -> target.to(host));
        assertThrows(ClosedException.class, () -> target.set(Tensor.of(host, new int[] {1, 2})));
        assertEquals(used - 8, late.memory().used());
        assertThrows(
                InvalidArgumentException.class,
                () -> host.capture(() -> Tensor.of(host, new int[] {1}).to(late)));
    }

    @Test
    void outOfMemoryChangesNothing() {
        Tensor source = Tensor.empty(host, DType.U8, MEMORY + 1);
        OutOfDeviceMemoryException error = assertThrows(OutOfDeviceMemoryException.class, () -> source.to(late));
        assertEquals(MEMORY + 1, error.asked());
        assertEquals(0, late.memory().used());
        assertArrayEquals(new int[] {1}, after(Tensor.of(host, new int[] {1}).to(late)));
    }

    @Test
    void aFailureUnderWayIsThrownByTheNextCallAndOnlyOnce() {
        Tensor source = Tensor.of(host, new int[] {1, 2});
        backend.hold();
        Tensor target = source.to(late);
        backend.failure = new DeviceException("late", "is gone");
        backend.resume();
        // The read itself works: that what it gives was never written must show all the same.
        late.backend().defaultStream().record().synchronize();
        backend.failure = null;
        DeviceException error = assertThrows(DeviceException.class, target::toByteArray);
        assertTrue(error.getMessage().contains("is gone"), error.getMessage());
        target.set(source);
        assertArrayEquals(new int[] {1, 2}, after(target));
        late.synchronize();
    }

    @Test
    void aFailureOfTheSourceIsThrownByTheCall() {
        Tensor source = Tensor.of(host, new int[] {1, 2}).to(late);
        late.synchronize();
        backend.failure = new DeviceException("late", "is gone");
        long used = host.memory().used();
        assertThrows(DeviceException.class, () -> source.to(host));
        assertThrows(DeviceException.class, () -> source.to(other));
        assertEquals(used, host.memory().used(), "nothing stays allocated");
        assertEquals(0, other.memory().used());
        backend.failure = null;
        assertArrayEquals(new int[] {1, 2}, after(source));
    }

    @Test
    void copiesUnderWayEndBeforeTheirDeviceDoes() {
        backend.hold();
        Tensor target = Tensor.of(host, new int[] {1, 2}).to(late);
        backend.failure = new DeviceException("late", "is gone");
        backend.resume();
        assertThrows(DeviceException.class, late::close);
        backend.failure = null;
        assertSame(late, target.device());
    }

    @Test
    void theProfileShowsThem() {
        try (Profile profile = Profile.start()) {
            Tensor.of(host, new int[] {1, 2}).to(late);
            assertEquals(
                    List.of("copying to late"),
                    profile.spans().stream().map(Profile.Span::device).toList());
        }
    }
}
