package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.PendingCollective;
import dev.tenon.op.ReduceKind;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All the way from a communicator to the calls of the driver's and of NCCL's, into libraries that stand in for both and look that
 * NCCL gets the driver's streams and memory. One rank, for which the result is the input.
 */
class StandInNcclTest {
    @TempDir
    Path folder;

    /** What the child process does and prints. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            CudaDevice backend = (CudaDevice)
                    new CudaBackend().discover(Configuration.DEFAULT).devices().getFirst();
            Device device = Simulation.device(backend);
            Communicator rank = Communicators.ofDevices(
                            List.of(device), CommunicatorOptions.DEFAULT.withTransport("nccl"))
                    .getFirst();
            System.out.println(rank.transport());
            try (Tensor in = Tensor.of(device, new float[] {1, 2, 3});
                    Tensor out = Tensor.of(device, new float[] {0, 0, 0, 0})) {
                rank.allReduce(ReduceKind.SUM, in, out.slice(0, 1, 4));
                print("allReduce", out);
                rank.allToAll(in, out.slice(0, 0, 3));
                PendingCollective gathered = rank.allGatherAsync(in, out.slice(0, 0, 3));
                PendingCollective reduced = rank.reduceAsync(ReduceKind.MEAN, in, out.slice(0, 0, 3), 0);
                gathered.await();
                reduced.await();
                rank.broadcast(out, 0);
                print("the others", out);
                try (Communicator part = rank.split(3)) {
                    part.reduceScatter(ReduceKind.MAX, out.slice(0, 1, 4), in);
                    print("of a part", in);
                }
            }
            rank.close();
            backend.close();
        }

        private static void print(String what, Tensor tensor) {
            System.out.println(what + " " + Arrays.toString(tensor.toFloatArray()));
        }
    }

    @Test
    void collectivesReachNcclOnTheDriversStreams() throws Exception {
        StandIns.assumeLinux();
        StandIns.compile(folder, "libcuda.so.1", "libcuda.c");
        StandIns.compile(folder, "libnccl.so.2", "libnccl.c");
        List<String> lines = StandIns.run(Child.class, folder, Map.of(), "--add-modules=jdk.incubator.vector");
        String all = lines.toString();
        assertTrue(lines.contains("NCCL 2.28.9, and threads of one process for host memory"), all);
        assertTrue(lines.contains("allReduce [0.0, 1.0, 2.0, 3.0]"), all);
        assertTrue(lines.contains("the others [1.0, 2.0, 3.0, 3.0]"), all);
        assertTrue(lines.contains("of a part [2.0, 3.0, 3.0]"), all);
        assertTrue(lines.contains("nccl: 0 left, 6 calls"), all);
        assertTrue(all.contains("left: 0 contexts, 0 blocks, 0 pinned; "), all);
        assertEquals(1, lines.stream().filter(line -> line.startsWith("left:")).count(), all);
    }
}
