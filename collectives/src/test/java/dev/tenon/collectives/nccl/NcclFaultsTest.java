package dev.tenon.collectives.nccl;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.collectives.ThreadRanks;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.PendingCollective;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CollectiveMismatchException;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.RankFailedException;
import dev.tenon.op.ReduceKind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What goes wrong between devices that NCCL connects, and what may not. */
class NcclFaultsTest {
    private static final CommunicatorOptions LONG = CommunicatorOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));
    private static final CommunicatorOptions SHORT = LONG.withTimeout(Duration.ofMillis(400));

    private final FakeNccl nccl = new FakeNccl(true);
    private final List<Device> devices = FakeCuda.devices(3);
    private List<Communicator> ranks = List.of();

    private void open(CommunicatorOptions options) {
        ranks = NcclRanks.connect(devices, nccl, options);
    }

    /** Whatever happened, nothing of NCCL's or the device's stays. */
    @AfterEach
    void nothingIsLeft() {
        ranks.forEach(Communicator::close);
        NcclRanks.requireNothingLeft(devices, nccl);
        devices.forEach(device -> device.backend().close());
    }

    private Device device(Communicator rank) {
        return devices.get(rank.rank());
    }

    private void sum(Communicator rank) {
        try (Tensor data = Tensor.full(device(rank), DType.F32, rank.rank() + 1, 500)) {
            rank.allReduce(ReduceKind.SUM, data);
            assertEquals(6, data.select(0, 499).item());
        }
    }

    @Test
    void anAbortReachesEveryRankAndNamesItsOwn() throws Exception {
        open(LONG);
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            sum(rank);
            if (rank.rank() == 2) {
                Thread.sleep(50);
                rank.abort("ran out of data");
            }
            sum(rank);
        });
        for (Throwable failure : failures) {
            RankFailedException failed = assertInstanceOf(RankFailedException.class, failure);
            assertEquals(2, failed.failedRank());
            assertTrue(failed.getMessage().contains("ran out of data"), failed.getMessage());
        }
        assertThrows(RankFailedException.class, () -> sum(ranks.get(0)));
        assertThrows(RankFailedException.class, () -> ranks.get(1).barrier());
    }

    @Test
    void aRankThatDoesNotComeEndsTheOthersWaiting() throws Exception {
        open(SHORT);
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            sum(rank);
            if (rank.rank() != 1) {
                sum(rank);
            }
        });
        assertEquals(null, failures.get(1));
        long timeouts = failures.stream()
                .filter(CollectiveTimeoutException.class::isInstance)
                .count();
        assertTrue(timeouts > 0, failures.toString());
        // It comes after all, and finds the others gone.
        assertThrows(RankFailedException.class, () -> sum(ranks.get(1)));
        assertTrue(nccl.aborted >= 2, "kernels that wait were ended: " + nccl.aborted);
    }

    @Test
    void aFailureOfNcclsIsTheRanksThatSawItFirst() throws Exception {
        open(LONG);
        ThreadRanks.run(ranks, this::sum);
        nccl.error = 3;
        for (Throwable failure : ThreadRanks.failures(ranks, this::sum)) {
            CommunicatorException failed = assertInstanceOf(CommunicatorException.class, failure);
            assertTrue(failed.getMessage().contains("code 3"), failed.getMessage());
        }
    }

    /** NCCL only knows that some process has ended. */
    @Test
    void aRemoteErrorIsLaidToWhoFailed() throws Exception {
        open(LONG);
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            sum(rank);
            if (rank.rank() == 0) {
                nccl.error = NcclApi.REMOTE_ERROR;
                Thread.sleep(300);
                rank.abort("its power failed");
            } else {
                sum(rank);
            }
        });
        for (Throwable failure : failures.subList(1, 3)) {
            assertEquals(0, assertInstanceOf(RankFailedException.class, failure).failedRank());
        }
    }

    /** The device may work on several calls, while nobody on the host waits between them. */
    @Test
    void asynchronousCallsAreQueuedBeforeOthersEnd() throws Exception {
        open(LONG);
        ThreadRanks.run(ranks, rank -> {
            try (Tensor a = Tensor.full(device(rank), DType.F32, 1, 300);
                    Tensor b = Tensor.full(device(rank), DType.F32, 2, 300)) {
                if (rank.rank() == 2) {
                    // The others' first call cannot end before this.
                    while (nccl.queued.get() < 4) {
                        Thread.sleep(1);
                    }
                }
                PendingCollective first = rank.allReduceAsync(ReduceKind.SUM, a, a);
                PendingCollective second = rank.allReduceAsync(ReduceKind.MAX, b, b);
                second.await();
                first.await();
                assertEquals(3, a.select(0, 7).item());
                assertEquals(2, b.select(0, 7).item());
            }
        });
    }

    @Test
    void aCallWaitsForItsRanksStreamAndLaterWorkSeesIt() throws Exception {
        open(LONG);
        ThreadRanks.run(ranks, rank -> {
            try (Tensor data = Tensor.zeros(device(rank), DType.F32, 200)) {
                // Work that has yet to be done when the call is made.
                ((FakeStream) device(rank).backend().defaultStream()).enqueue(() -> {
                    pause(100);
                    data.segment().fill((byte) 0);
                    for (int i = 0; i < 200; i++) {
                        data.segment().setAtIndex(java.lang.foreign.ValueLayout.JAVA_FLOAT, i, 5);
                    }
                });
                rank.allReduce(ReduceKind.SUM, data);
                assertEquals(15, data.select(0, 199).item());
            }
        });
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tensorsOfTheHostPassByTheOtherTransport() throws Exception {
        open(LONG);
        Device cpu = Tenon.shared().device("cpu");
        ThreadRanks.run(ranks, rank -> {
            try (Tensor data = Tensor.of(cpu, new int[] {rank.rank(), 7})) {
                rank.allReduce(ReduceKind.SUM, data);
                assertArrayEquals(new long[] {3, 21}, data.toLongArray());
                rank.allReduce(ReduceKind.MEAN, data);
                assertArrayEquals(new long[] {3, 21}, data.toLongArray());
            }
        });
        assertEquals(0, nccl.queued.get());
        // As does what NCCL would compute otherwise.
        ThreadRanks.run(ranks, rank -> {
            try (Tensor data = Tensor.of(device(rank), new int[] {Integer.MAX_VALUE, -rank.rank()})) {
                rank.allReduce(ReduceKind.MEAN, data);
                assertArrayEquals(new long[] {Integer.MAX_VALUE, -1}, data.toLongArray());
            }
        });
        assertEquals(0, nccl.queued.get());
        ThreadRanks.run(ranks, this::sum);
        assertEquals(3, nccl.queued.get());
    }

    @Test
    void anotherRanksDeviceIsRefusedAndChangesNothing() throws Exception {
        open(LONG);
        try (Tensor data = Tensor.zeros(devices.get(1), DType.F32, 10)) {
            InvalidArgumentException failure = assertThrows(
                    InvalidArgumentException.class, () -> ranks.get(0).allReduce(ReduceKind.SUM, data));
            assertTrue(failure.getMessage().contains("cuda:1"), failure.getMessage());
        }
        ThreadRanks.run(ranks, this::sum);
    }

    @Test
    void callsThatDifferAreReportedByRank() throws Exception {
        open(LONG.checking());
        for (Throwable failure : ThreadRanks.failures(ranks, rank -> {
            Device on = rank.rank() == 1 ? Tenon.shared().device("cpu") : device(rank);
            try (Tensor data = Tensor.zeros(on, DType.F32, 5)) {
                rank.allReduce(ReduceKind.SUM, data);
            }
        })) {
            CollectiveMismatchException mismatch = assertInstanceOf(CollectiveMismatchException.class, failure);
            assertEquals(
                    List.of(
                            "allReduce SUM F32[5] on devices",
                            "allReduce SUM F32[5]",
                            "allReduce SUM F32[5] on devices"),
                    mismatch.calls());
        }
    }

    @Test
    void groupsAreSplitByNccl() throws Exception {
        open(LONG);
        ThreadRanks.run(ranks, rank -> {
            try (Communicator part = rank.split(rank.rank() == 1 ? 4 : 0);
                    Tensor data = Tensor.full(device(rank), DType.F32, rank.rank() + 1, 50)) {
                part.allReduce(ReduceKind.SUM, data);
                assertEquals(rank.rank() == 1 ? 2 : 4, data.select(0, 49).item());
            }
        });
        assertEquals(3, nccl.made);
        assertEquals(3, nccl.split);
    }

    @Test
    void whatIsClosedTakesNoCalls() {
        open(LONG);
        ranks.get(0).close();
        assertThrows(ClosedException.class, () -> sum(ranks.get(0)));
    }

    @Test
    void devicesThatNcclCannotConnectAreAReason() {
        NcclDeviceProvider provider = new NcclDeviceProvider(Optional::empty, () -> new NcclLibrary(nccl));
        var cpu = Tenon.shared().device("cpu").backend();
        var cuda = devices.get(0).backend();
        assertEquals(
                "cpu is no CUDA device",
                provider.whyUnavailable(List.of(cuda, cpu)).orElseThrow());
        assertTrue(provider.whyUnavailable(List.of(cuda, cuda)).orElseThrow().contains("several ranks have cuda:0"));
        assertFalse(provider.whyUnavailable(List.of(cuda)).isPresent());
        assertEquals(
                Optional.of("absent"),
                new NcclDeviceProvider(() -> Optional.of("absent"), () -> new NcclLibrary(nccl))
                        .whyUnavailable(List.of(cuda)));
    }
}
