package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.collectives.nccl.NcclRanks;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.RankFailedException;
import dev.tenon.op.ReduceKind;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What goes wrong between devices that copy to each other. */
class CopyFaultsTest {
    private static final CommunicatorOptions LONG = CommunicatorOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));
    private static final CommunicatorOptions SHORT = LONG.withTimeout(Duration.ofMillis(400));

    private static void sum(Communicator rank, Device device) {
        try (Tensor data = Tensor.full(device, DType.F32, rank.rank() + 1, 500)) {
            rank.allReduce(ReduceKind.SUM, data);
            assertEquals(6, data.select(0, 499).item());
        }
    }

    private interface Body {
        void run(Communicator rank, Device device) throws Exception;
    }

    private static List<Throwable> failures(CommunicatorOptions options, Body body) throws Exception {
        try (NcclRanks.Open open = NcclRanks.openCopies(3, 1, options)) {
            return ThreadRanks.failures(
                    open.ranks(), rank -> body.run(rank, open.devices().get(rank.rank())));
        }
    }

    @Test
    void anAbortReachesEveryRankAndNamesItsOwn() throws Exception {
        for (Throwable failure : failures(LONG, (rank, device) -> {
            sum(rank, device);
            if (rank.rank() == 2) {
                Thread.sleep(50);
                rank.abort("ran out of data");
            }
            sum(rank, device);
        })) {
            RankFailedException failed = assertInstanceOf(RankFailedException.class, failure);
            assertEquals(2, failed.failedRank());
            assertTrue(failed.getMessage().contains("ran out of data"), failed.getMessage());
        }
    }

    @Test
    void aRankThatDoesNotComeIsNamed() throws Exception {
        List<Throwable> failures = failures(SHORT, (rank, device) -> {
            sum(rank, device);
            if (rank.rank() != 1) {
                sum(rank, device);
            }
        });
        assertEquals(null, failures.get(1));
        for (int r : new int[] {0, 2}) {
            if (failures.get(r) instanceof CollectiveTimeoutException timeout) {
                assertEquals(List.of(1), timeout.missing());
            } else {
                assertEquals(
                        1,
                        assertInstanceOf(RankFailedException.class, failures.get(r))
                                .failedRank());
            }
        }
    }

    @Test
    void aMessageThatNobodyTakesEndsWithTheTimeout() throws Exception {
        List<Throwable> failures = failures(SHORT, (rank, device) -> {
            try (Tensor data = Tensor.zeros(device, DType.F32, 8)) {
                if (rank.rank() == 0) {
                    rank.send(data, 1);
                }
            }
        });
        assertEquals(
                List.of(1),
                assertInstanceOf(CollectiveTimeoutException.class, failures.get(0))
                        .missing());
    }

    @Test
    void aMessageOfAnotherSizeIsAnErrorOnBothSides() throws Exception {
        List<Throwable> failures = failures(LONG, (rank, device) -> {
            try (Tensor data = Tensor.zeros(device, DType.F32, 8 + rank.rank())) {
                if (rank.rank() == 0) {
                    rank.send(data, 1);
                } else if (rank.rank() == 1) {
                    rank.receive(data, 0);
                }
            }
        });
        assertInstanceOf(RankFailedException.class, failures.get(0));
        assertTrue(
                assertInstanceOf(CommunicatorException.class, failures.get(1))
                        .getMessage()
                        .contains("rank 0 sent F32[8]"),
                failures.toString());
    }
}
