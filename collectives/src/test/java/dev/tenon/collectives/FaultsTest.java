package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.PendingCollective;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CollectiveMismatchException;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.RankFailedException;
import dev.tenon.error.ShapeException;
import dev.tenon.op.ReduceKind;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What goes wrong between ranks, over memory of threads, over the file that processes share, and over TCP. */
class FaultsTest {
    private static final CommunicatorOptions SHORT = CommunicatorOptions.DEFAULT.withTimeout(Duration.ofMillis(400));
    private static final CommunicatorOptions LONG = CommunicatorOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));
    /** Large enough that threads work in each other's memory. */
    private static final long LARGE = 60_000;

    private final Device device = Tenon.shared().device("cpu");

    enum Over {
        MEMORY,
        FILE,
        TCP;

        List<Communicator> open(int ranks, CommunicatorOptions options) throws Exception {
            return switch (this) {
                case MEMORY -> Communicators.ofThreads(ranks, options);
                case FILE ->
                    ThreadConformanceTest.overFile(ranks, UUID.randomUUID().toString(), options.withTransport("shm"));
                case TCP -> ThreadConformanceTest.overTcp(ranks, options);
            };
        }
    }

    private void sum(Communicator rank, long n) {
        try (Tensor data = Tensor.zeros(device, DType.F32, n)) {
            rank.allReduce(ReduceKind.SUM, data);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAbortReachesEveryRankAndNamesItsOwn(Over over) throws Exception {
        List<Communicator> ranks = over.open(4, LONG);
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            sum(rank, LARGE);
            if (rank.rank() == 2) {
                Thread.sleep(50);
                rank.abort("ran out of data");
            }
            sum(rank, LARGE);
        });
        for (Throwable failure : failures) {
            RankFailedException failed = assertInstanceOf(RankFailedException.class, failure);
            assertEquals(2, failed.failedRank());
            assertTrue(failed.getMessage().contains("ran out of data"), failed.getMessage());
        }
        // And from then on at once.
        assertThrows(RankFailedException.class, () -> ranks.get(0).barrier());
        ranks.forEach(Communicator::close);
    }

    @ParameterizedTest
    @EnumSource
    void aRankThatDoesNotComeIsNamed(Over over) throws Exception {
        for (long n : new long[] {1, LARGE}) {
            List<Communicator> ranks = over.open(3, SHORT);
            List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
                sum(rank, n);
                if (rank.rank() != 1) {
                    sum(rank, n);
                }
            });
            assertEquals(null, failures.get(1));
            int timeouts = 0;
            for (int r : new int[] {0, 2}) {
                if (failures.get(r) instanceof CollectiveTimeoutException timeout) {
                    assertEquals(List.of(1), timeout.missing());
                    timeouts++;
                } else {
                    assertEquals(
                            1,
                            assertInstanceOf(RankFailedException.class, failures.get(r))
                                    .failedRank());
                }
            }
            assertTrue(timeouts > 0, failures.toString());
            // It comes after all, and finds the others gone: it must not touch their memory.
            assertThrows(RankFailedException.class, () -> sum(ranks.get(1), n));
            ranks.forEach(Communicator::close);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aRankThatLeavesIsNamed(Over over) throws Exception {
        List<Communicator> ranks = over.open(2, LONG);
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            sum(rank, 10);
            if (rank.rank() == 0) {
                rank.close();
            } else {
                sum(rank, 10);
            }
        });
        RankFailedException failed = assertInstanceOf(RankFailedException.class, failures.get(1));
        assertEquals(0, failed.failedRank());
        assertThrows(ClosedException.class, () -> sum(ranks.get(0), 10));
        ranks.get(1).close();
    }

    @ParameterizedTest
    @EnumSource
    void asynchronousCallsFailToo(Over over) throws Exception {
        List<Communicator> ranks = over.open(2, SHORT);
        try (Tensor data = Tensor.zeros(device, DType.F32, LARGE)) {
            PendingCollective first = ranks.get(0).allReduceAsync(ReduceKind.SUM, data, data);
            PendingCollective second = ranks.get(0).allReduceAsync(ReduceKind.SUM, data, data);
            assertThrows(CollectiveTimeoutException.class, first::await);
            assertThrows(RankFailedException.class, second::await);
        }
        ranks.forEach(Communicator::close);
    }

    @ParameterizedTest
    @EnumSource
    void callsThatDifferAreReportedByRank(Over over) throws Exception {
        requireMismatch(over, "allReduce SUM F32[5]", "allReduce SUM F32[6]", rank -> sum(rank, 5 + rank.rank()));
        requireMismatch(
                over,
                "allReduce SUM F32[4]",
                "allReduce MAX F32[4]",
                rank -> rank.allReduce(
                        rank.rank() == 0 ? ReduceKind.SUM : ReduceKind.MAX, Tensor.zeros(device, DType.F32, 4)));
        requireMismatch(
                over,
                "broadcast F32[4] root 0",
                "broadcast I32[4] root 0",
                rank -> rank.broadcast(Tensor.zeros(device, rank.rank() == 0 ? DType.F32 : DType.I32, 4), 0));
        requireMismatch(over, "barrier", "allReduce SUM F32[3]", rank -> {
            if (rank.rank() == 0) {
                rank.barrier();
            } else {
                sum(rank, 3);
            }
        });
        requireMismatch(
                over,
                "broadcast F32[4] root 0",
                "broadcast F32[4] root 1",
                rank -> rank.broadcast(Tensor.zeros(device, DType.F32, 4), rank.rank()));
    }

    private void requireMismatch(Over over, String first, String second, ThreadRanks.Consumer body) throws Exception {
        List<Communicator> ranks = over.open(2, LONG.checking());
        for (Throwable failure : ThreadRanks.failures(ranks, body)) {
            CollectiveMismatchException mismatch = assertInstanceOf(CollectiveMismatchException.class, failure);
            assertEquals(List.of(first, second), mismatch.calls());
        }
        ranks.forEach(Communicator::close);
    }

    @ParameterizedTest
    @EnumSource
    void aMessageOfAnotherSizeIsAnError(Over over) throws Exception {
        List<Communicator> ranks = over.open(2, LONG);
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            try (Tensor data = Tensor.zeros(device, DType.F32, rank.rank() == 0 ? 4 : 5)) {
                if (rank.rank() == 0) {
                    rank.send(data, 1);
                } else {
                    rank.receive(data, 0);
                }
            }
        });
        assertTrue(
                assertInstanceOf(CommunicatorException.class, failures.get(1))
                        .getMessage()
                        .contains("16 bytes"),
                failures.toString());
        ranks.forEach(Communicator::close);
    }

    @ParameterizedTest
    @EnumSource
    void badArgumentsChangeNothing(Over over) throws Exception {
        List<Communicator> ranks = over.open(2, LONG);
        Communicator rank = ranks.get(0);
        Tensor floats = Tensor.zeros(device, DType.F32, 4, 4);
        Tensor ints = Tensor.zeros(device, DType.I32, 4, 4);
        Tensor doubles = Tensor.zeros(device, DType.F64, 4);
        assertThrows(DTypeException.class, () -> rank.allReduce(ReduceKind.SUM, doubles));
        assertThrows(InvalidArgumentException.class, () -> rank.allReduce(ReduceKind.PRODUCT, floats));
        assertThrows(DTypeException.class, () -> rank.allReduce(ReduceKind.SUM, floats, ints));
        assertThrows(ShapeException.class, () -> rank.allReduce(ReduceKind.SUM, floats, floats.reshape(16)));
        assertThrows(ShapeException.class, () -> rank.allReduce(ReduceKind.SUM, floats.transpose()));
        assertThrows(
                InvalidArgumentException.class,
                () -> rank.allReduce(ReduceKind.SUM, floats.slice(0, 0, 3), floats.slice(0, 1, 4)));
        assertThrows(ShapeException.class, () -> rank.allGather(floats, floats));
        assertThrows(ShapeException.class, () -> rank.allToAll(floats.slice(0, 0, 3), floats.slice(0, 0, 3)));
        assertThrows(InvalidArgumentException.class, () -> rank.broadcast(floats, 2));
        assertThrows(InvalidArgumentException.class, () -> rank.reduce(ReduceKind.SUM, floats, null, 0));
        assertThrows(InvalidArgumentException.class, () -> rank.send(floats, 0));
        assertThrows(InvalidArgumentException.class, () -> rank.split(-1));
        assertThrows(
                InvalidArgumentException.class, () -> device.capture(() -> rank.allReduce(ReduceKind.SUM, floats)));
        floats.close();
        assertThrows(ClosedException.class, () -> rank.allReduce(ReduceKind.SUM, floats));
        ThreadRanks.run(ranks, each -> sum(each, 100));
        ranks.forEach(Communicator::close);
    }

    @ParameterizedTest
    @EnumSource
    void aTensorClosedOnTheWayIsFreedAfterwards(Over over) throws Exception {
        long before = device.memory().used();
        List<Communicator> ranks = over.open(2, LONG);
        ThreadRanks.run(ranks, rank -> {
            Tensor data = Tensor.full(device, DType.F32, 1, 3 * LARGE);
            PendingCollective pending = rank.allReduceAsync(ReduceKind.SUM, data, data);
            data.close();
            pending.await();
            assertThrows(ClosedException.class, data::toFloatArray);
        });
        assertEquals(before, device.memory().used());
        ranks.forEach(Communicator::close);
    }
}
