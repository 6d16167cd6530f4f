package dev.tenon.memory;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Seeds;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.OutOfDeviceMemoryException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HostPoolTest {
    @Test
    void sizesAreEnoughAndNotMuchMore() {
        Seeds.each(2000, random -> {
            long bytes = random.nextLong(1L << random.nextInt(1, 40));
            long size = SizeClass.of(bytes);
            assertTrue(size >= bytes && size % 64 == 0, bytes + " in " + size);
            assertTrue(size <= Math.max(64, bytes + bytes / 4 + 64), bytes + " in " + size);
            assertEquals(size, SizeClass.of(size), "a block of a class serves its own size");
        });
    }

    @Test
    void blocksAreAlignedApartAndUsedAgain() {
        try (HostPool pool = new HostPool("test", 1L << 30)) {
            Seeds.each(20, random -> {
                List<HostBuffer> live = new ArrayList<>();
                for (int i = 0; i < 300; i++) {
                    if (!live.isEmpty() && random.nextInt(3) == 0) {
                        HostBuffer buffer = live.remove(random.nextInt(live.size()));
                        check(buffer);
                        buffer.close();
                    } else {
                        HostBuffer buffer = pool.allocate(random.nextLong(1L << random.nextInt(1, 18)));
                        assertEquals(0, buffer.address() % 64);
                        buffer.segment().fill((byte) buffer.address());
                        // Several blocks can start with the same low bits of address; their sizes make up the rest.
                        live.add(buffer);
                    }
                }
                live.forEach(HostPoolTest::check);
                live.forEach(HostBuffer::close);
            });
            assertEquals(0, pool.use().used());
            long cached = pool.use().cached();
            pool.allocate(1000).close();
            assertEquals(cached, pool.use().cached(), "a cached block serves");
        }
    }

    private static void check(HostBuffer buffer) {
        for (long at = 0; at < buffer.bytes(); at++) {
            assertEquals(
                    (byte) buffer.address(),
                    buffer.segment().get(ValueLayout.JAVA_BYTE, at),
                    "another block reaches in");
        }
    }

    @Test
    void theLimitHoldsAndTheCacheGivesWay() {
        try (HostPool pool = new HostPool("test", 1 << 20)) {
            HostBuffer half = pool.allocate(500_000);
            OutOfDeviceMemoryException error =
                    assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(600_000));
            assertEquals(600_000, error.asked());
            assertTrue(error.used() >= 500_000 && error.free() < 600_000, error.toString());
            half.close();
            // What is cached in another size must go before this fits.
            pool.allocate(900_000).close();
            assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(2 << 20));
            assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(Long.MAX_VALUE));
            pool.allocate(900_000).close();
            assertEquals(0, pool.use().used());
        }
    }

    @Test
    void trimmingGivesLargeBlocksBack() {
        try (HostPool pool = new HostPool("test", 1L << 30)) {
            pool.allocate(1 << 24).close();
            assertTrue(pool.use().cached() >= 1 << 24);
            pool.trim();
            assertEquals(0, pool.use().cached());
        }
    }

    @Test
    void closingLetsLiveBlocksLive() {
        HostPool pool = new HostPool("test", 1L << 30);
        HostBuffer large = pool.allocate(1 << 20);
        HostBuffer small = pool.allocate(64);
        pool.close();
        pool.close();
        large.segment().fill((byte) 1);
        small.segment().fill((byte) 1);
        large.close();
        small.close();
        assertThrows(IllegalStateException.class, () -> small.segment().get(ValueLayout.JAVA_BYTE, 0));
    }

    @Test
    void servesSeveralThreads() throws Exception {
        AtomicInteger wrong = new AtomicInteger();
        try (HostPool pool = new HostPool("test", 1L << 30)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                byte mark = (byte) (t + 1);
                threads.add(Thread.ofPlatform().start(() -> {
                    for (int i = 0; i < 3000; i++) {
                        HostBuffer buffer = pool.allocate(64 + i % 7 * 1000);
                        buffer.segment().fill(mark);
                        Thread.onSpinWait();
                        for (long at = 0; at < buffer.bytes(); at += 64) {
                            if (buffer.segment().get(ValueLayout.JAVA_BYTE, at) != mark) {
                                wrong.incrementAndGet();
                            }
                        }
                        buffer.close();
                    }
                }));
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertEquals(0, wrong.get());
            assertEquals(0, pool.use().used());
        }
    }

    @Test
    void onlyOffHeapMemoryIsWrapped() {
        assertThrows(InvalidArgumentException.class, () -> HostBuffer.wrap(MemorySegment.ofArray(new byte[8])));
    }
}
