package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tensor;
import dev.tenon.error.OutOfDeviceMemoryException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Memory that ends before the configuration's limit: the driver's, and that of a process with a limit of its own. */
class DriverMemoryTest {
    private static final int PIECE = 64 << 20;

    @TempDir
    Path folder;

    /** Spends a device's memory twice, and computes on it with little left and with all of it. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            OpenClDevice backend = OpenDevices.first(Configuration.DEFAULT);
            Device device = new Device(backend, Configuration.DEFAULT);
            compute(device);
            System.out.println("memory " + backend.info().memoryBytes());
            for (int i = 0; i < 2; i++) {
                List<Tensor> held = new ArrayList<>();
                try {
                    while (true) {
                        held.add(Tensor.full(device, DType.U8, 1, PIECE));
                    }
                } catch (OutOfDeviceMemoryException e) {
                    System.out.println("spent " + held.size() + " asked " + e.asked());
                }
                held.removeLast().close();
                device.trim();
                compute(device);
                for (Tensor tensor : held) {
                    if (tensor.toByteArray()[PIECE - 1] != 1) {
                        System.out.println("a tensor has lost its values");
                    }
                    tensor.close();
                }
                device.trim();
            }
            compute(device);
            backend.close();
            System.out.println("handles " + backend.handles());
        }

        private static void compute(Device device) {
            try (Tensor tensor = Tensor.full(device, DType.F32, 3, 14);
                    Tensor sum = tensor.sum()) {
                System.out.println("sum " + sum.item());
            }
        }
    }

    /** What PoCL says is its memory is the limit. */
    @Test
    void theDriversLimitIsAnError() throws Exception {
        requirePocl();
        // In gigabytes.
        List<String> lines = ChildProcess.start(folder, Map.of("POCL_MEMORY_LIMIT", "1"), List.of(), Child.class)
                .lines();
        check(lines);
        assertEquals("memory " + (1L << 30), lines.get(1));
        assertEquals("spent 15 asked " + PIECE, lines.get(2));
    }

    /** The driver says that it has more than the process may have: its own allocations fail. */
    @Test
    void theDriversFailureIsAnError() throws Exception {
        requirePocl();
        Path shell = Path.of("/bin/sh");
        Assumptions.assumeTrue(Files.isExecutable(shell), "there is no shell to limit a process with");
        // In KiB of address space, of which the Java machine and the compiler need about a half.
        List<String> limited = List.of(shell.toString(), "-c", "ulimit -v 4500000 && exec \"$@\"", "sh");
        List<String> options = List.of(
                "-Xmx128m", "-XX:CompressedClassSpaceSize=64m", "-XX:ReservedCodeCacheSize=64m", "-XX:+UseSerialGC");
        List<String> lines = ChildProcess.start(folder, limited, Map.of(), options, Child.class)
                .lines();
        check(lines);
        long spent = Long.parseLong(lines.get(2).split(" ")[1]);
        assertTrue(spent < 4500000L * 1024 / PIECE, lines.toString());
    }

    private static void requirePocl() {
        try (OpenClDevice device = OpenDevices.first(Configuration.DEFAULT)) {
            if (!device.info().isPocl()) {
                Assumptions.abort("only PoCL's memory can be limited; this is "
                        + device.info().platformName());
            }
        }
    }

    private static void check(List<String> lines) {
        assertEquals(8, lines.size(), lines.toString());
        assertTrue(lines.get(2).startsWith("spent "), lines.toString());
        assertTrue(lines.get(2).endsWith(" asked " + PIECE), lines.toString());
        assertTrue(lines.get(4).startsWith("spent "), lines.toString());
        for (int line : new int[] {0, 3, 5, 6}) {
            assertEquals("sum 42.0", lines.get(line), lines.toString());
        }
        assertEquals("handles 0", lines.get(7), lines.toString());
    }
}
