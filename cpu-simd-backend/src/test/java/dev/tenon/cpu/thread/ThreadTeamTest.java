package dev.tenon.cpu.thread;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ThreadTeamTest {
    @Test
    void everyChunkRunsOnce() {
        for (int size : new int[] {1, 2, 3, 7}) {
            try (ThreadTeam team = ThreadTeam.open(size)) {
                for (int count : new int[] {0, 1, 2, 3, 13, 207, 1001}) {
                    for (int round = 0; round < 50; round++) {
                        AtomicIntegerArray seen = new AtomicIntegerArray(Math.max(1, count));
                        team.run(count, seen::incrementAndGet);
                        for (int i = 0; i < count; i++) {
                            assertEquals(1, seen.get(i), "chunk " + i + " of " + count + ", team of " + size);
                        }
                    }
                }
            }
        }
    }

    @Test
    void workIsShared() throws Exception {
        try (ThreadTeam team = ThreadTeam.open(2)) {
            CyclicBarrier both = new CyclicBarrier(2);
            // Would time out if one thread did both chunks.
            team.run(2, i -> {
                try {
                    both.await(30, TimeUnit.SECONDS);
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            });
        }
    }

    @Test
    void aFailingChunkReachesTheCallerAndLeavesTheTeamUsable() {
        try (ThreadTeam team = ThreadTeam.open(3)) {
            for (int round = 0; round < 100; round++) {
                IllegalStateException failure = new IllegalStateException("chunk 5");
                IllegalStateException thrown = assertThrows(
                        IllegalStateException.class,
                        () -> team.run(17, i -> {
                            if (i == 5) {
                                throw failure;
                            }
                        }));
                assertSame(failure, thrown);
                AtomicInteger sum = new AtomicInteger();
                team.run(100, sum::addAndGet);
                assertEquals(4950, sum.get());
            }
        }
    }

    @Test
    void nestedAndConcurrentCallsRunInline() throws Exception {
        try (ThreadTeam team = ThreadTeam.open(2)) {
            AtomicInteger inner = new AtomicInteger();
            team.run(8, i -> team.run(8, j -> inner.incrementAndGet()));
            assertEquals(64, inner.get());

            List<Thread> callers = new ArrayList<>();
            ConcurrentHashMap<Integer, Long> sums = new ConcurrentHashMap<>();
            for (int t = 0; t < 6; t++) {
                int id = t;
                callers.add(Thread.ofPlatform().start(() -> {
                    long total = 0;
                    for (int round = 0; round < 2000; round++) {
                        AtomicInteger sum = new AtomicInteger();
                        team.run(20, sum::addAndGet);
                        total += sum.get();
                    }
                    sums.put(id, total);
                }));
            }
            for (Thread caller : callers) {
                caller.join();
            }
            assertEquals(6, sums.size());
            sums.values().forEach(total -> assertEquals(2000L * 190, total));
        }
    }

    @Test
    void anInterruptedCallerGetsAllItsChunks() {
        try (ThreadTeam team = ThreadTeam.open(2)) {
            Thread.currentThread().interrupt();
            AtomicInteger sum = new AtomicInteger();
            team.run(100, sum::addAndGet);
            assertEquals(4950, sum.get());
            assertTrue(Thread.interrupted());
        }
    }

    @Test
    void closingEndsTheWorkersAndForbidsUse() {
        ThreadTeam team = ThreadTeam.open(3);
        Set<Thread> members = ConcurrentHashMap.newKeySet();
        while (members.size() < 3) {
            team.run(300, i -> members.add(Thread.currentThread()));
        }
        team.close();
        team.close();
        assertThrows(IllegalStateException.class, () -> team.run(4, i -> {}));
        members.remove(Thread.currentThread());
        assertTrue(members.stream().noneMatch(Thread::isAlive));
    }
}
