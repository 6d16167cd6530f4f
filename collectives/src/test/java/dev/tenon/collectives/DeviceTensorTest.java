package dev.tenon.collectives;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Scope;
import dev.tenon.Stream;
import dev.tenon.Tenon;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.PendingCollective;
import dev.tenon.error.DeviceException;
import dev.tenon.op.ReduceKind;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tensors whose memory is not the host's, and whose device works on its own: they pass through host memory, in order. */
class DeviceTensorTest {
    private Device device;

    @BeforeEach
    void open() {
        try {
            device = Tenon.shared().device("opencl");
        } catch (DeviceException e) {
            List<String> required =
                    Arrays.asList(System.getProperty("tenon.require", "").split(","));
            assumeTrue(required.contains("opencl"), e.getMessage());
            throw e;
        }
    }

    @Test
    void collectivesWaitForWhatIsQueuedAndBringTheResultBack() throws Exception {
        List<Communicator> ranks = Communicators.ofThreads(3, ThreadConformanceTest.OPTIONS);
        ThreadRanks.run(ranks, rank -> {
            try (Scope scope = Scope.open();
                    Stream stream = device.openStream()) {
                stream.run(() -> {
                    Tensor x = Tensor.full(device, DType.F32, rank.rank() + 1, 300, 300);
                    // Work that takes a while: 300 products of 1, and then the factor.
                    Tensor product = x.matmul(Tensor.full(device, DType.F32, 1, 300, 300));
                    PendingCollective sum = rank.allReduceAsync(ReduceKind.SUM, product, product);
                    sum.await();
                    assertEquals(
                            300 * (1 + 2 + 3),
                            product.select(0, 299).select(0, 299).item());
                    Tensor parts = Tensor.empty(device, DType.F32, 3);
                    rank.allGather(x.select(0, 0).slice(0, 0, 1), parts);
                    assertArrayEquals(new float[] {1, 2, 3}, parts.toFloatArray());
                    rank.broadcast(parts.slice(0, 1, 2), 0);
                    assertArrayEquals(new float[] {1, 2, 3}, parts.toFloatArray());
                    // A view that is not contiguous, and an output in the middle of its storage.
                    Tensor column = x.transpose().slice(0, 0, 2);
                    Tensor out = Tensor.zeros(device, DType.F32, 4, 300);
                    rank.allReduce(ReduceKind.MAX, column, out.slice(0, 1, 3));
                    assertEquals(3, out.select(0, 1).select(0, 7).item());
                    assertEquals(0, out.select(0, 0).select(0, 7).item());
                    assertEquals(0, out.select(0, 3).select(0, 7).item());
                });
            }
        });
        ranks.forEach(Communicator::close);
    }
}
