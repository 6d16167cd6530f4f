package dev.tenon.cpu.probe;

import dev.tenon.memory.HostBuffer;
import dev.tenon.memory.HostPool;
import dev.tenon.spi.DeviceLimits;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CountDownLatch;
import java.util.function.IntToDoubleFunction;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The machine's F32 multiply-add peak and its read bandwidth with a given number of threads: the best of several rounds,
 * since whatever else runs can only slow a round down.
 */
public final class LimitProbe {
    private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = SPECIES.length();
    private static final int ROUNDS = 14;
    /** Calls a round. Many short ones: a loop that C2 enters half-way keeps its vectors in memory, and is slow. */
    private static final int CALLS = 200;

    private static final int FMA_STEPS = 20_000;
    /** Far larger than any cache that a core of today sees alone. */
    private static final long READ_BYTES = 256L << 20;

    /** Bytes read by one call. */
    private static final long READ_PIECE = 256L << 10;

    private LimitProbe() {}

    /** Takes about a second. */
    public static DeviceLimits measure(int threads) {
        double flops = best(threads, thread -> multiplyAdds(), 2.0 * 10 * LANES * FMA_STEPS * CALLS * threads);
        // Where tensors lie too: with small pages the probe read a fifth less than kernels did.
        try (HostPool pool = new HostPool("probe", 2 * READ_BYTES);
                HostBuffer buffer = pool.allocate(READ_BYTES)) {
            MemorySegment memory = buffer.segment();
            memory.fill((byte) 0);
            long share = READ_BYTES / threads / READ_PIECE * READ_PIECE;
            double bytes = best(threads, thread -> reads(memory, thread * share, share), (double) share * threads);
            return new DeviceLimits(flops, bytes);
        }
    }

    /** Units a second in the best round; the results are used, so the work cannot be dropped. */
    private static double best(int threads, IntToDoubleFunction work, double units) {
        double best = 0;
        for (int round = 0; round < ROUNDS; round++) {
            double[] results = new double[threads];
            CountDownLatch ready = new CountDownLatch(threads);
            Thread[] team = new Thread[threads];
            long[] started = new long[threads];
            long[] ended = new long[threads];
            for (int i = 0; i < threads; i++) {
                int member = i;
                team[i] = Thread.ofPlatform().daemon().name("tenon-probe-" + i).start(() -> {
                    ready.countDown();
                    awaitAll(ready);
                    started[member] = System.nanoTime();
                    results[member] = work.applyAsDouble(member);
                    ended[member] = System.nanoTime();
                });
            }
            long from = Long.MAX_VALUE;
            long to = Long.MIN_VALUE;
            for (int i = 0; i < threads; i++) {
                join(team[i]);
                from = Math.min(from, started[i]);
                to = Math.max(to, ended[i]);
                if (Double.isNaN(results[i])) {
                    throw new IllegalStateException("the probe computed NaN");
                }
            }
            best = Math.max(best, units / ((to - from) * 1e-9));
        }
        return best;
    }

    private static void awaitAll(CountDownLatch ready) {
        try {
            ready.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static double multiplyAdds() {
        double sum = 0;
        for (int i = 0; i < CALLS; i++) {
            sum += multiplyAdd(FMA_STEPS);
        }
        return sum;
    }

    private static double reads(MemorySegment memory, long from, long bytes) {
        double sum = 0;
        for (long done = 0; done < bytes; done += READ_PIECE) {
            sum += read(memory, from + done, READ_PIECE);
        }
        return sum;
    }

    /**
     * Ten independent chains of multiply-adds: two units of a latency of four cycles want eight at least, and sixteen
     * registers hold no more with their operands.
     */
    private static double multiplyAdd(int steps) {
        FloatVector x = FloatVector.broadcast(SPECIES, 0.999f);
        FloatVector y = FloatVector.broadcast(SPECIES, 0.001f);
        FloatVector a0 = y;
        FloatVector a1 = y;
        FloatVector a2 = y;
        FloatVector a3 = y;
        FloatVector a4 = y;
        FloatVector a5 = y;
        FloatVector a6 = y;
        FloatVector a7 = y;
        FloatVector a8 = y;
        FloatVector a9 = y;
        for (int i = 0; i < steps; i++) {
            a0 = a0.fma(x, y);
            a1 = a1.fma(x, y);
            a2 = a2.fma(x, y);
            a3 = a3.fma(x, y);
            a4 = a4.fma(x, y);
            a5 = a5.fma(x, y);
            a6 = a6.fma(x, y);
            a7 = a7.fma(x, y);
            a8 = a8.fma(x, y);
            a9 = a9.fma(x, y);
        }
        return a0.add(a1)
                .add(a2)
                .add(a3)
                .add(a4)
                .add(a5)
                .add(a6)
                .add(a7)
                .add(a8)
                .add(a9)
                .reduceLanes(VectorOperators.ADD);
    }

    private static double read(MemorySegment memory, long from, long bytes) {
        MemorySegment share = memory.asSlice(from, bytes);
        long step = 4L * LANES * Float.BYTES;
        FloatVector a0 = FloatVector.zero(SPECIES);
        FloatVector a1 = a0;
        FloatVector a2 = a0;
        FloatVector a3 = a0;
        long lane = (long) LANES * Float.BYTES;
        for (long i = 0; i < bytes; i += step) {
            a0 = a0.add(FloatVector.fromMemorySegment(SPECIES, share, i, java.nio.ByteOrder.nativeOrder()));
            a1 = a1.add(FloatVector.fromMemorySegment(SPECIES, share, i + lane, java.nio.ByteOrder.nativeOrder()));
            a2 = a2.add(FloatVector.fromMemorySegment(SPECIES, share, i + 2 * lane, java.nio.ByteOrder.nativeOrder()));
            a3 = a3.add(FloatVector.fromMemorySegment(SPECIES, share, i + 3 * lane, java.nio.ByteOrder.nativeOrder()));
        }
        return a0.add(a1).add(a2.add(a3)).reduceLanes(VectorOperators.ADD);
    }
}
