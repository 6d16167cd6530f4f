package dev.tenon.opencl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenon.Configuration;
import dev.tenon.spi.Discovery;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Machines without OpenCL get a reason. In a process of its own: a library that is loaded stays so. */
class AbsentLoaderTest {
    @TempDir
    Path folder;

    /** What the child process prints. */
    static final class Child {
        private Child() {}

        public static void main(String[] args) {
            Discovery found = new OpenClBackend().discover(Configuration.DEFAULT);
            found.reasons().forEach(System.out::println);
            System.out.println("devices: " + found.devices().size());
        }
    }

    @Test
    void noLoaderIsAReason() throws Exception {
        List<String> lines = child(List.of("-Dorg.lwjgl.opencl.libname=there_is_no_such_library"));
        assertEquals("devices: 0", lines.getLast(), lines.toString());
        assertTrue(lines.getFirst().startsWith("there is no OpenCL loader on this machine"), lines.toString());
    }

    /** A loader that finds no driver. */
    @Test
    void noPlatformIsAReason() throws Exception {
        List<String> lines = child(List.of());
        if (lines.getFirst().contains("no OpenCL loader")) {
            Assumptions.abort("there is no OpenCL loader");
        }
        assertEquals("devices: 0", lines.getLast(), lines.toString());
        assertTrue(lines.getFirst().contains("finds no platform"), lines.toString());
    }

    private List<String> child(List<String> options) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        String path = System.getProperty("jdk.module.path", "")
                + File.pathSeparator
                + System.getProperty("java.class.path", "");
        Path classes = Path.of(
                Child.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                path + File.pathSeparator + classes + File.pathSeparator + classes.resolveSibling("test-classes"),
                Child.class.getName()));
        Path output = folder.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command);
        // Where the loader looks for drivers: nowhere.
        builder.environment()
                .put("OCL_ICD_VENDORS", folder.resolve("no vendors").toString());
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        Process process = builder.start();
        int code = process.waitFor();
        List<String> lines = Files.readString(output, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("[LWJGL]") && !line.startsWith("WARNING"))
                .toList();
        assertEquals(0, code, lines.toString());
        return lines;
    }
}
