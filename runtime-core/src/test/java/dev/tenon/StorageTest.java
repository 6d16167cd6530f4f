package dev.tenon;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.error.ClosedException;
import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Unary;
import dev.tenon.op.UnaryKind;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Closing against use, from several threads: an error or the right answer, never memory under a running kernel. */
class StorageTest {
    @Test
    void closingWaitsForTheOperatorInFlight() throws Exception {
        NullDevice backend = new NullDevice();
        Device device = NullDevice.device(backend);
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        Tensor in = Tensor.empty(device, DType.F32, 1000);
        Tensor out = Tensor.empty(device, DType.F32, 1000);
        long[] usedWhileRunning = new long[1];
        backend.kernel = op -> {
            running.countDown();
            await(closed);
            usedWhileRunning[0] = device.memory().used();
        };
        Thread worker = Thread.ofPlatform().start(() -> device.execute(new Unary(UnaryKind.EXP, in, out)));
        running.await();
        in.close();
        out.close();
        assertThrows(ClosedException.class, () -> device.execute(new Unary(UnaryKind.EXP, in, out)));
        closed.countDown();
        worker.join();
        assertTrue(usedWhileRunning[0] >= 8000, "freed under a running operator: " + usedWhileRunning[0]);
        assertEquals(0, device.memory().used());
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The kernel writes a mark and looks whether it stays: the block must not be handed to anyone else meanwhile. */
    @Test
    void memoryIsNeverReusedUnderAKernel() throws Exception {
        NullDevice backend = new NullDevice();
        Device device = NullDevice.device(backend);
        AtomicReference<@Nullable String> trouble = new AtomicReference<>();
        AtomicInteger errors = new AtomicInteger();
        AtomicInteger runs = new AtomicInteger();
        backend.kernel = op -> {
            var memory = ((HostBuffer) op.outputs().getFirst().buffer()).segment();
            long mark = Thread.currentThread().threadId();
            for (int i = 0; i < 20; i++) {
                memory.set(ValueLayout.JAVA_LONG, 0, mark);
                Thread.onSpinWait();
                if (memory.get(ValueLayout.JAVA_LONG, 0) != mark) {
                    trouble.set("another operator wrote to the same memory");
                }
            }
            runs.incrementAndGet();
        };
        int rounds = 3000;
        Tensor[] shared = new Tensor[rounds];
        for (int i = 0; i < rounds; i++) {
            shared[i] = null;
        }
        CyclicBarrier barrier = new CyclicBarrier(2, () -> {});
        Thread user = Thread.ofPlatform().start(() -> {
            for (int i = 0; i < rounds; i++) {
                Tensor tensor = Tensor.empty(device, DType.F64, 8);
                shared[i] = tensor;
                pass(barrier);
                try {
                    device.execute(new Unary(UnaryKind.EXP, tensor, tensor));
                } catch (ClosedException e) {
                    errors.incrementAndGet();
                }
                pass(barrier);
            }
        });
        for (int i = 0; i < rounds; i++) {
            pass(barrier);
            Thread.onSpinWait();
            shared[i].close();
            Tensor fresh = Tensor.empty(device, DType.F64, 8);
            device.execute(new Unary(UnaryKind.EXP, fresh, fresh));
            fresh.close();
            pass(barrier);
        }
        user.join();
        assertNull(trouble.get());
        assertEquals(2 * rounds, runs.get() + errors.get());
        assertEquals(0, device.memory().used());
    }

    private static void pass(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFailedKernelLetsItsOperandsGo() {
        NullDevice backend = new NullDevice();
        Device device = new Device(backend, Configuration.DEFAULT.debugging());
        Tensor in = Tensor.empty(device, DType.F32, 10);
        Tensor out = Tensor.full(device, DType.F32, 0, 10);
        backend.kernel = op -> {
            throw new ClosedException("on purpose");
        };
        assertThrows(ClosedException.class, () -> device.execute(new Unary(UnaryKind.EXP, in, out)));
        // Poisoned: all bits set, NaN.
        assertEquals(-1, out.segment().get(ValueLayout.JAVA_INT, 36));
        in.close();
        out.close();
        assertEquals(0, device.memory().used());
    }
}
