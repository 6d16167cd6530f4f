package dev.tenon.collectives.nccl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.collectives.Ports;
import dev.tenon.collectives.ThreadRanks;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.PendingCollective;
import dev.tenon.comm.Rendezvous;
import dev.tenon.comm.World;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.RankFailedException;
import dev.tenon.op.ReduceKind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Ranks of processes: how they come together before there is a communicator of NCCL's, and whether they then go on alike. */
class NcclProviderTest {
    private static final CommunicatorOptions OPTIONS = CommunicatorOptions.DEFAULT.withTimeout(Duration.ofSeconds(60));

    private static IntFunction<World> worlds(int ranks, boolean apart) throws Exception {
        String job = UUID.randomUUID().toString();
        Optional<Rendezvous> place = Optional.of(new Rendezvous("127.0.0.1", Ports.free()));
        return rank -> apart
                ? new World(rank, ranks, 0, 1, job, World.Launcher.KUBERNETES, place)
                : new World(rank, ranks, rank, ranks, job, World.Launcher.TENON);
    }

    private static Object join(World world, Supplier<NcclLibrary> library) {
        try {
            return new Communicator(new NcclProvider(library).join(world, "test", OPTIONS), false);
        } catch (CommunicatorException e) {
            return e;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theIdGoesOverSharedMemoryOrTcp(boolean apart) throws Exception {
        FakeNccl nccl = new FakeNccl(true);
        IntFunction<World> worlds = worlds(3, apart);
        List<Device> devices = FakeCuda.devices(3);
        List<Communicator> ranks =
                ThreadRanks.together(3, rank -> (Communicator) join(worlds.apply(rank), () -> new NcclLibrary(nccl)));
        assertEquals(
                "NCCL 2.18.5, and " + (apart ? "TCP" : "shared memory") + " for host memory",
                ranks.get(0).transport());
        assertEquals(0, nccl.made, "made when it is needed");
        ThreadRanks.run(ranks, rank -> {
            try (Tensor data = Tensor.full(devices.get(rank.rank()), DType.I64, rank.rank() + 1, 50)) {
                rank.allReduce(ReduceKind.SUM, data);
                assertEquals(6, data.select(0, 49).item());
            }
        });
        assertEquals(3, nccl.made);
        messages(ranks, devices);
        assertEquals(3 + 6 * 2, nccl.made, "a pair for each direction");
        ranks.forEach(Communicator::close);
        NcclRanks.requireNothingLeft(devices, nccl);
    }

    /** Everyone to everyone, all at once. */
    private static void messages(List<Communicator> ranks, List<Device> devices) throws Exception {
        ThreadRanks.run(ranks, rank -> {
            List<PendingCollective> pending = new ArrayList<>();
            List<Tensor> received = new ArrayList<>();
            try (Tensor out = Tensor.full(devices.get(rank.rank()), DType.I32, rank.rank() + 10, 9)) {
                for (int other = 0; other < 3; other++) {
                    Tensor in = Tensor.zeros(devices.get(rank.rank()), DType.I32, 9);
                    received.add(in);
                    if (other != rank.rank()) {
                        pending.add(rank.sendAsync(out, other));
                        pending.add(rank.receiveAsync(in, other));
                    }
                }
                pending.forEach(PendingCollective::await);
            }
            for (int other = 0; other < 3; other++) {
                assertEquals(
                        other == rank.rank() ? 0 : other + 10,
                        received.get(other).select(0, 8).item());
                received.get(other).close();
            }
        });
    }

    @Test
    void oneWithoutTheLibraryIsNamedOnAll() throws Exception {
        IntFunction<World> worlds = worlds(2, false);
        List<Object> ends = ThreadRanks.together(
                2,
                rank -> join(worlds.apply(rank), () -> {
                    if (rank == 1) {
                        throw new CommunicatorException("NCCL is not installed: none of [libnone.so]");
                    }
                    return new NcclLibrary(new FakeNccl(true));
                }));
        for (Object end : ends) {
            assertEquals(
                    "nccl: rank 1: NCCL is not installed: none of [libnone.so]",
                    assertInstanceOf(CommunicatorException.class, end).getMessage());
        }
    }

    @Test
    void versionsThatDifferAreToldOnAll() throws Exception {
        IntFunction<World> worlds = worlds(2, true);
        List<Object> ends = ThreadRanks.together(
                2, rank -> join(worlds.apply(rank), () -> new NcclLibrary(new FakeNccl(true, 18 + rank))));
        for (Object end : ends) {
            assertEquals(
                    "nccl: versions differ by rank: 2.18.5, 2.19.5",
                    assertInstanceOf(CommunicatorException.class, end).getMessage());
        }
    }

    /** Two processes that were given one GPU. */
    @Test
    void aDeviceOfTwoRanksIsNcclsFailure() throws Exception {
        FakeNccl nccl = new FakeNccl(true);
        IntFunction<World> worlds = worlds(2, false);
        List<Device> devices = FakeCuda.devices(1);
        List<Communicator> ranks =
                ThreadRanks.together(2, rank -> (Communicator) join(worlds.apply(rank), () -> new NcclLibrary(nccl)));
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            try (Tensor data = Tensor.zeros(devices.get(0), DType.F32, 10)) {
                rank.allReduce(ReduceKind.SUM, data);
            }
        });
        assertTrue(failures.stream().allMatch(CommunicatorException.class::isInstance), failures.toString());
        assertTrue(failures.toString().contains("Duplicate GPU detected"), failures.toString());
        ranks.forEach(Communicator::close);
        NcclRanks.requireNothingLeft(devices, nccl);
    }

    /** A rank that ends before there is a communicator of NCCL's: the others are not left to NCCL. */
    @Test
    void aRankThatEndsWhileOthersJoinIsNamed() throws Exception {
        FakeNccl nccl = new FakeNccl(true);
        IntFunction<World> worlds = worlds(3, true);
        List<Device> devices = FakeCuda.devices(3);
        List<Communicator> ranks =
                ThreadRanks.together(3, rank -> (Communicator) join(worlds.apply(rank), () -> new NcclLibrary(nccl)));
        List<Throwable> failures = ThreadRanks.failures(ranks, rank -> {
            if (rank.rank() == 2) {
                Thread.sleep(200);
                rank.abort("has no GPU");
            } else {
                try (Tensor data = Tensor.zeros(devices.get(rank.rank()), DType.F32, 10)) {
                    rank.allReduce(ReduceKind.SUM, data);
                }
            }
        });
        for (Throwable failure : failures.subList(0, 2)) {
            assertEquals(2, assertInstanceOf(RankFailedException.class, failure).failedRank());
        }
        ranks.forEach(Communicator::close);
        NcclRanks.requireNothingLeft(devices, nccl);
    }

    @Test
    void itIsChosenOnlyByItsName() throws Exception {
        System.setProperty("tenon.nccl.library", "libnosuchnccl.so");
        try {
            World world = worlds(1, false).apply(0);
            CommunicatorException failure = assertThrows(
                    CommunicatorException.class,
                    () -> Communicators.open(world, "test", OPTIONS.withTransport("nccl")));
            assertTrue(failure.getMessage().contains("rank 0: NCCL is not installed"), failure.getMessage());
            Communicators.open(world, "test", OPTIONS).close();
        } finally {
            System.clearProperty("tenon.nccl.library");
        }
        World apart = new World(0, 2, 0, 1, "job", World.Launcher.KUBERNETES);
        CommunicatorException failure = assertThrows(
                CommunicatorException.class, () -> Communicators.open(apart, "test", OPTIONS.withTransport("nccl")));
        assertTrue(failure.getMessage().contains("MASTER_ADDR"), failure.getMessage());
    }
}
