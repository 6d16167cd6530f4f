package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.OutOfDeviceMemoryException;
import dev.tenon.spi.Discovery;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real calls, JCuda's and Panama's, into a library that stands in for the driver's: names, order and kinds of arguments. In a
 * process of its own, which finds that library first. Needs a C compiler.
 */
class StandInDriverTest {
    @TempDir
    Path folder;

    /** What the child process does and prints. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            Discovery found = new CudaBackend().discover(Configuration.DEFAULT);
            found.reasons().forEach(reason -> System.out.println("reason: " + reason));
            CudaDevice device = (CudaDevice) found.devices().getFirst();
            System.out.println(device.properties().description() + " "
                    + device.properties().details().get("compute capability") + " "
                    + device.properties().details().get("driver"));
            Simulation.work(device);
            try {
                device.ask(driver -> driver.loadModule("nothing".getBytes()));
            } catch (NativeCallException e) {
                System.out.println(e.function() + " " + e.codeName() + " " + e.log());
            }
            try {
                device.allocate(3L << 30);
            } catch (OutOfDeviceMemoryException e) {
                System.out.println("asked " + e.asked());
            }
            long reserved = device.memory().cached() + device.memory().used();
            System.out.println("reserved " + reserved + ", types "
                    + (device.properties().types().size() == DType.values().length));
            device.close();
        }
    }

    @Test
    void everyCallReachesItsFunction() throws Exception {
        StandIns.assumeLinux();
        StandIns.compile(folder, "libcuda.so.1", "libcuda.c");
        List<String> lines = StandIns.run(Child.class, folder, Map.of());
        assertTrue(lines.contains("Stand-in 0 9.0 CUDA 12.4"), lines.toString());
        assertTrue(lines.contains("cuModuleLoadDataEx CUDA_ERROR_INVALID_PTX no entry in this text"), lines.toString());
        assertTrue(lines.contains("asked " + (3L << 30)), lines.toString());
        assertTrue(lines.contains("reserved 4096, types true"), lines.toString());
        assertTrue(lines.getLast().startsWith("left: 0 contexts, 0 blocks, 0 pinned; "), lines.toString());
        assertEquals(1, lines.stream().filter(line -> line.startsWith("left:")).count(), lines.toString());
    }
}
