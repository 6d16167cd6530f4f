package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A model over two GPUs and the processor, with a library that stands in for NVIDIA's driver: the real calls are made, memory is the
 * host's, and kernels do nothing. The model's layers add nothing either, so the text is right where what passes from the processor to one
 * GPU, to the other and back arrives whole.
 */
class CudaOffloadTest {
    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModelAndDriver() throws Exception {
        assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "JCuda's library is for Linux on x86-64");
        model = TinyModel.write(folder.resolve("three.gguf"), true, 3);
        Path log = folder.resolve("cc.log");
        try {
            Process compiler = new ProcessBuilder(
                            "cc",
                            "-shared",
                            "-fPIC",
                            "-o",
                            folder.resolve("libcuda.so.1").toString(),
                            "../cuda-backend/src/test/c/libcuda.c")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertEquals(0, compiler.waitFor(), Files.readString(log));
        } catch (IOException e) {
            abort("there is no C compiler: " + e.getMessage());
        }
    }

    private static CommandRun run(Object... arguments) throws Exception {
        Map<String, String> environment = Map.of("LD_LIBRARY_PATH", folder.toString(), "STAND_IN_DEVICES", "2");
        return ProcessTest.run(folder, environment, "", arguments);
    }

    @Test
    void bothDevicesAreListed() throws Exception {
        CommandRun run = run("devices");
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().contains("cuda:0") && run.out().contains("cuda:1"), run.out());
        assertTrue(run.out().contains("devices [1] of the driver"), run.out());
    }

    @Test
    void theTextPassesThroughBothDevices() throws Exception {
        CommandRun run = run(
                "generate",
                "--model",
                model,
                "--prompt",
                "v",
                "--device",
                "cpu,cuda:0,cuda:1,cpu",
                "--layers",
                "0,1,1,1");
        assertEquals(0, run.status(), run.err());
        List<String> lines = run.out().lines().toList();
        assertEquals("wxyz", lines.getFirst(), run.out());
        List<String> devices =
                run.err().lines().map(line -> line.split(" +")[0]).toList();
        assertTrue(devices.containsAll(List.of("cpu", "cuda:0", "cuda:1")), run.err());
        // One copy for the prompt, one for each token but the last; one device was let reach the other's memory.
        assertTrue(
                lines.stream().anyMatch(line -> line.matches("copied from one device to another: [45] times, 1 .*")),
                run.out());
        assertTrue(lines.getLast().startsWith("left: 0 contexts, 0 blocks, 0 pinned; "), run.out());
    }
}
