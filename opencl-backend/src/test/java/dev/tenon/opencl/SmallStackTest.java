package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compilers recurse deeply, and native code that overflows a stack ends the process: programs must build, and what drivers
 * compile at the first launch too, whatever the stack of the calling thread. In a process of its own, which has nothing
 * compiled yet.
 */
class SmallStackTest {
    @TempDir
    Path folder;

    /** Works on a thread with the smallest stack that Java gives: what is asked for is less. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) throws InterruptedException {
            OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
            Device device = new Device(backend, Configuration.DEFAULT);
            Thread thread = new Thread(null, () -> compute(device), "small", 64 << 10);
            thread.start();
            thread.join();
            backend.close();
        }

        private static void compute(Device device) {
            for (DType type : List.of(DType.F32, DType.BF16)) {
                for (int rows : new int[] {1, 7, 100}) {
                    try (Tensor a = Tensor.full(device, type, 1, rows, 64);
                            Tensor b = Tensor.full(device, type, 1, 64, 10);
                            Tensor product = a.matmul(b);
                            Tensor wide = product.cast(DType.F32);
                            Tensor sum = wide.sum()) {
                        System.out.println(sum.item());
                    }
                }
            }
        }
    }

    @Test
    void kernelsCompileWhateverTheCallersStack() throws Exception {
        OpenDevices.first(Configuration.DEFAULT).close();
        Map<String, String> environment = Map.of("POCL_CACHE_DIR", folder.toString());
        List<String> lines =
                ChildProcess.start(folder, environment, List.of(), Child.class).lines();
        List<String> expected = List.of("640.0", "4480.0", "64000.0");
        assertEquals(List.of(expected, expected), List.of(lines.subList(0, 3), lines.subList(3, lines.size())));
    }
}
