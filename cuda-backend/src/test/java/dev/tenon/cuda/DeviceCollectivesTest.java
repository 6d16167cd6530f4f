package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Stream;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.PendingCollective;
import dev.tenon.error.CommunicatorException;
import dev.tenon.op.ReduceKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Collectives between GPUs of one process by peer copies, under the rules that the recording driver keeps: memory is there, and not
 * freed, in the order of the streams, however late they work. Kernels are run by {@link PtxExecution}, so results are there too.
 */
class DeviceCollectivesTest {
    private static final int RANKS = 3;

    private RecordingDriver driver;
    private List<CudaDevice> backends;
    private List<Device> devices;
    private List<Communicator> ranks;

    @BeforeEach
    void open() {
        driver = RecordingDriver.hopper(RANKS, Simulation.MEMORY);
        driver.execution = new PtxExecution();
        backends = Simulation.open(driver, Configuration.DEFAULT);
        devices = backends.stream().map(Simulation::device).toList();
        ranks = Communicators.ofDevices(devices, CommunicatorOptions.DEFAULT.withTransport("copies"));
    }

    @AfterEach
    void close() {
        ranks.forEach(Communicator::close);
        backends.forEach(CudaDevice::close);
        driver.assertNothingIsLeft();
    }

    private interface Body {
        void run(Communicator rank, Device device);
    }

    /** One thread a rank. */
    private void together(Body body) throws Exception {
        try (var threads = Executors.newFixedThreadPool(RANKS)) {
            List<Future<Object>> futures = new ArrayList<>();
            for (int r = 0; r < RANKS; r++) {
                int rank = r;
                futures.add(threads.submit((Callable<Object>) () -> {
                    body.run(ranks.get(rank), devices.get(rank));
                    return rank;
                }));
            }
            for (Future<Object> future : futures) {
                future.get();
            }
        }
    }

    private int calls(String function) {
        return driver.faults.calls().getOrDefault(function, 0);
    }

    @Test
    void whatIsMovedArrivesWithoutTheHost() throws Exception {
        together((rank, device) -> {
            int r = rank.rank();
            try (Tensor one = Tensor.of(device, new float[] {r, 10 + r});
                    Tensor all = Tensor.zeros(device, DType.F32, 6)) {
                rank.allGather(one, all);
                assertArrayEquals(new float[] {0, 10, 1, 11, 2, 12}, all.toFloatArray());
                rank.broadcast(all.slice(0, 1, 3), 1);
                rank.broadcast(one, 2);
                assertArrayEquals(new float[] {2, 12}, one.toFloatArray());
            }
            try (Tensor out = Tensor.of(device, new long[] {10 * r, 10 * r + 1, 10 * r + 2});
                    Tensor in = Tensor.zeros(device, DType.I64, 3)) {
                rank.allToAll(out, in);
                assertArrayEquals(new long[] {r, 10 + r, 20 + r}, in.toLongArray());
                PendingCollective sent = rank.sendAsync(out, (r + 1) % RANKS);
                rank.receive(in, (r + 2) % RANKS);
                int from = 10 * ((r + 2) % RANKS);
                assertArrayEquals(new long[] {from, from + 1, from + 2}, in.toLongArray());
                sent.await();
            }
        });
    }

    @Test
    void reductionsCopySharesAndNothingComesToTheHost() throws Exception {
        List<Tensor> data = devices.stream()
                .map(device -> Tensor.full(device, DType.BF16, devices.indexOf(device) + 1, 3000))
                .toList();
        devices.forEach(Device::synchronize);
        driver.faults.forget();
        together((rank, device) -> rank.allReduce(ReduceKind.SUM, data.get(rank.rank())));
        Map<String, Integer> made = driver.faults.calls();
        // Each rank takes its share from both others, and both others' results.
        assertEquals(RANKS * 2 * (RANKS - 1), made.get("cuMemcpyPeerAsync"));
        // One kernel for each rank's part of a sum, and one for each result.
        assertEquals(RANKS * 2 * RANKS, made.get("cuLaunchKernel"), made.toString());
        assertFalse(made.containsKey("cuMemcpyDtoHAsync"), made.toString());
        assertFalse(made.containsKey("cuStreamSynchronize"), made.toString());
        float[] sums = new float[3000];
        Arrays.fill(sums, 1 + 2 + 3);
        data.forEach(tensor -> {
            assertArrayEquals(sums, tensor.toFloatArray());
            tensor.close();
        });
    }

    /** Tensors that go at once, streams of the caller's, several calls under way. */
    @Test
    void memoryStaysAsLongAsOthersUseIt() throws Exception {
        together((rank, device) -> {
            try (Stream stream = device.openStream()) {
                stream.run(() -> {
                    List<PendingCollective> pending = new ArrayList<>();
                    for (int i = 0; i < 4; i++) {
                        Tensor in = Tensor.full(device, DType.F32, i, 300 + i * 3);
                        Tensor out = Tensor.empty(device, DType.F32, 100 + i);
                        pending.add(rank.reduceScatterAsync(ReduceKind.MAX, in, out));
                        pending.add(rank.allReduceAsync(ReduceKind.MEAN, in, in));
                        pending.add(rank.reduceAsync(ReduceKind.MIN, out, rank.rank() == 1 ? out : null, 1));
                        pending.add(rank.broadcastAsync(out, 0));
                        in.close();
                        out.close();
                    }
                    pending.forEach(PendingCollective::await);
                });
            }
        });
        assertTrue(calls("cuMemcpyPeerAsync") > 0);
    }

    @Test
    void ncclIsPreferredAndItsAbsenceIsAReason() {
        System.setProperty("tenon.nccl.library", "libnosuchnccl.so");
        try {
            CommunicatorException failure = assertThrows(
                    CommunicatorException.class,
                    () -> Communicators.ofDevices(devices, CommunicatorOptions.DEFAULT.withTransport("nccl")));
            assertTrue(failure.getMessage().contains("NCCL is not installed"), failure.getMessage());
        } finally {
            System.clearProperty("tenon.nccl.library");
        }
    }
}
