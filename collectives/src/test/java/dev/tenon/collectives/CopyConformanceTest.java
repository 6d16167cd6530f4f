package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.collectives.nccl.NcclRanks;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.DeviceException;
import dev.tenon.op.Fill;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The suite with ranks that are devices of this process, which copy to each other and reduce by their own kernels. */
class CopyConformanceTest {
    private static final CommunicatorOptions COPIES = ThreadConformanceTest.OPTIONS.withTransport("copies");

    @TestFactory
    java.util.stream.Stream<DynamicTest> oneDevice() {
        Device cpu = Tenon.shared().device("cpu");
        return counts(1, 2, 3, 4).flatMap(ranks -> cases("cpu, " + ranks, () -> shared(cpu, ranks)));
    }

    /** A device whose memory is not the host's, and whose work is done by itself. */
    @TestFactory
    java.util.stream.Stream<DynamicTest> openClDevice() {
        Device device = openCl();
        return counts(2, 3).flatMap(ranks -> cases("opencl, " + ranks, () -> shared(device, ranks)));
    }

    private static Device openCl() {
        try {
            return Tenon.shared().device("opencl");
        } catch (DeviceException e) {
            List<String> required =
                    Arrays.asList(System.getProperty("tenon.require", "").split(","));
            Assumptions.assumeTrue(required.contains("opencl"), e.getMessage());
            throw e;
        }
    }

    private static Ranks shared(Device device, int ranks) {
        List<Device> devices = Collections.nCopies(ranks, device);
        boolean host = device.properties().host();
        return new Ranks(devices, Communicators.ofDevices(devices, COPIES), () -> {}, host);
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> severalDevices() {
        return counts(2, 3, 4).flatMap(ranks -> cases("devices, " + ranks, () -> fakes(ranks, 1)));
    }

    @TestFactory
    java.util.stream.Stream<DynamicTest> severalRanksADevice() {
        return counts(4, 5).flatMap(ranks -> cases("two a device, " + ranks, () -> fakes(ranks, 2)));
    }

    private static Ranks fakes(int ranks, int perDevice) {
        NcclRanks.Open open = NcclRanks.openCopies(ranks, perDevice, ThreadConformanceTest.OPTIONS);
        return new Ranks(open.devices(), open.ranks(), open::close, true);
    }

    private record Ranks(List<Device> devices, List<Communicator> ranks, Runnable end, boolean ordersZeros) {}

    private interface Opener {
        Ranks open();
    }

    private static java.util.stream.Stream<Integer> counts(Integer... counts) {
        return java.util.stream.Stream.of(counts);
    }

    private static java.util.stream.Stream<DynamicTest> cases(String what, Opener opener) {
        return CollectiveSuite.cases().entrySet().stream()
                .map(each -> DynamicTest.dynamicTest(what + " ranks, " + each.getKey(), () -> {
                    Ranks open = opener.open();
                    ThreadRanks.run(
                            open.ranks(),
                            rank -> each.getValue()
                                    .accept(new CollectiveSuite(
                                            rank, open.devices().get(rank.rank()), open.ordersZeros())));
                    open.ranks().forEach(Communicator::close);
                    open.end().run();
                }));
    }

    /** Another rank of the device may come to it late, in the order of its own stream. */
    @Test
    void whatOthersReadIsNotOverwritten() throws Exception {
        Device device = openCl();
        List<Communicator> ranks = Communicators.ofDevices(List.of(device, device), COPIES);
        ThreadRanks.run(ranks, rank -> {
            try (Scope scope = Scope.open();
                    Stream stream = device.openStream()) {
                stream.run(() -> {
                    Tensor data = Tensor.full(device, DType.F32, rank.rank() + 1, 1000);
                    if (rank.rank() == 1) {
                        // Some tenths of a second, before which this rank's stream does not come to the collective.
                        Tensor slow = Tensor.full(device, DType.F32, 1, 1200, 1200);
                        for (int i = 0; i < 3; i++) {
                            slow.matmul(slow);
                        }
                    }
                    rank.broadcast(data, 0);
                    if (rank.rank() == 0) {
                        device.execute(new Fill(9, data));
                    }
                    assertEquals(rank.rank() == 0 ? 9 : 1, data.select(0, 999).item());
                });
            }
        });
        ranks.forEach(Communicator::close);
    }

    @Test
    void theyAreChosenWithoutNcclAndSayWhatTheyAre() {
        Device cpu = Tenon.shared().device("cpu");
        List<Communicator> ranks = Communicators.ofDevices(List.of(cpu, cpu), ThreadConformanceTest.OPTIONS);
        assertEquals(
                "copies between devices, and threads of one process for host memory",
                ranks.get(0).transport());
        ranks.forEach(Communicator::close);
    }

    @Test
    void devicesWithoutADirectWayAreAReason() {
        Device cpu = Tenon.shared().device("cpu");
        Device other = openCl();
        CommunicatorException failure =
                assertThrows(CommunicatorException.class, () -> Communicators.ofDevices(List.of(cpu, other), COPIES));
        assertTrue(failure.getMessage().contains("there is no direct way from cpu to opencl"), failure.getMessage());
        assertTrue(assertThrows(
                        CommunicatorException.class,
                        () -> Communicators.ofDevices(List.of(cpu), COPIES.withTransport("pigeons")))
                .getMessage()
                .contains("there is none called pigeons"));
    }
}
