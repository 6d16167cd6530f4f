package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.PendingCollective;
import dev.tenon.op.ReduceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Random collectives on overlapping groups, blocking and not, in the same random order on every rank: 10,000 over threads,
 * a tenth of that over the file of processes and over TCP.
 */
class InterleavingsTest {
    private static final int RANKS = 4;

    private final Device device = Tenon.shared().device("cpu");

    /** What was called, and is yet to be waited for and checked. */
    private record Call(PendingCollective pending, Runnable check) {}

    @Test
    void overThreads() throws Exception {
        interleave(Communicators.ofThreads(RANKS, ThreadConformanceTest.OPTIONS), 10_000);
    }

    @Test
    void overTheFile() throws Exception {
        interleave(ThreadConformanceTest.overFile(RANKS), 1_000);
    }

    @Test
    void overTcp() throws Exception {
        interleave(ThreadConformanceTest.overTcp(RANKS, ThreadConformanceTest.OPTIONS), 1_000);
    }

    private void interleave(List<Communicator> ranks, int calls) throws Exception {
        long seed = Long.getLong("tenon.seed", System.nanoTime());
        try {
            ThreadRanks.run(ranks, rank -> interleave(rank, new SplittableRandom(seed), calls));
        } catch (AssertionError e) {
            throw new AssertionError("-Dtenon.seed=" + seed, e);
        }
        ranks.forEach(Communicator::close);
    }

    /** The random numbers are the same on all ranks. */
    private void interleave(Communicator all, SplittableRandom random, int calls) {
        int me = all.rank();
        // By each way of splitting, the ranks of this one's group.
        int[][] colours = {{0, 0, 0, 0}, {0, 1, 0, 1}, {0, 0, 1, 1}, {0, 1, 1, 1}, {2, 5, 9, 2}};
        List<Communicator> groups = new ArrayList<>(List.of(all));
        for (int i = 1; i < colours.length; i++) {
            groups.add(all.split(colours[i][me]));
        }
        List<Call> open = new ArrayList<>();
        for (int i = 0; i < calls; i++) {
            int way = random.nextInt(colours.length);
            int kind = random.nextInt(6);
            long n = random.nextInt(10) == 0 ? 1 + random.nextInt(20_000) : 1 + random.nextInt(300);
            boolean wait = random.nextInt(3) == 0;
            int number = i;
            long[] members = LongStream.range(0, RANKS)
                    .filter(r -> colours[way][(int) r] == colours[way][me])
                    .toArray();
            open.add(call(groups.get(way), members, kind, n, number));
            if (wait || open.size() > 20) {
                finish(open);
            }
        }
        finish(open);
        groups.subList(1, groups.size()).forEach(Communicator::close);
    }

    private static void finish(List<Call> open) {
        for (Call call : open) {
            call.pending().await();
            call.check().run();
        }
        open.clear();
    }

    private Call call(Communicator group, long[] members, int kind, long n, int number) {
        long mine = members[group.rank()] + number;
        long sum = LongStream.of(members).map(member -> member + number).sum();
        Tensor in = Tensor.full(device, DType.I64, mine, n);
        return switch (kind) {
            case 0, 1 -> new Call(group.allReduceAsync(ReduceKind.SUM, in, in), () -> check(in, sum, n));
            case 2 ->
                new Call(
                        group.allReduceAsync(ReduceKind.MAX, in, in),
                        () -> check(in, members[members.length - 1] + number, n));
            case 3 -> {
                int root = number % members.length;
                yield new Call(group.broadcastAsync(in, root), () -> check(in, members[root] + number, n));
            }
            case 4 -> {
                Tensor out = Tensor.empty(device, DType.I64, n * members.length);
                yield new Call(group.allGatherAsync(in, out), () -> {
                    for (int r = 0; r < members.length; r++) {
                        try (Scope scope = Scope.open()) {
                            assertEquals(members[r] + number, (long)
                                    out.select(0, r * n).item());
                        }
                    }
                    in.close();
                    out.close();
                });
            }
            default -> {
                in.close();
                Tensor all = Tensor.full(device, DType.I64, mine, n * members.length);
                Tensor out = Tensor.empty(device, DType.I64, n);
                yield new Call(group.reduceScatterAsync(ReduceKind.SUM, all, out), () -> {
                    all.close();
                    check(out, sum, n);
                });
            }
        };
    }

    private static void check(Tensor data, long expected, long n) {
        assertEquals(expected, (long) data.select(0, 0).item());
        assertEquals(expected, (long) data.select(0, n - 1).item());
        data.close();
    }
}
