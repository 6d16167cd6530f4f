package dev.tenon.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;

/** Libraries in C that stand in for NVIDIA's, and processes that find them first. */
final class StandIns {
    private StandIns() {}

    /** JCuda's libraries are for these machines. */
    static void assumeLinux() {
        Assumptions.assumeTrue(
                System.getProperty("os.name").equals("Linux")
                        && System.getProperty("os.arch").equals("amd64"),
                "JCuda's library is for Linux on x86-64");
    }

    /**
     * Compiles a library; without a C compiler the test is skipped.
     *
     * @param source in src/test/c
     * @param options further ones of the compiler's
     */
    static void compile(Path folder, String library, String source, String... options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "cc",
                "-shared",
                "-fPIC",
                "-Wl,-soname," + library,
                "-o",
                folder.resolve(library).toString(),
                "src/test/c/" + source));
        command.addAll(Arrays.asList(options));
        Path log = folder.resolve("cc.log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            assertEquals(0, process.waitFor(), Files.readString(log));
        } catch (IOException e) {
            Assumptions.abort("there is no C compiler: " + e.getMessage());
        }
    }

    /** What a class's main method prints, in a process of its own whose loader looks into a folder first. */
    static List<String> run(Class<?> main, Path libraries, Map<String, String> environment, String... options)
            throws Exception {
        String path = System.getProperty("jdk.module.path", "")
                + File.pathSeparator
                + System.getProperty("java.class.path", "");
        Path classes =
                Path.of(main.getProtectionDomain().getCodeSource().getLocation().toURI());
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Djava.library.path=" + System.getProperty("java.library.path", "")));
        command.addAll(Arrays.asList(options));
        command.addAll(List.of(
                "-cp",
                path + File.pathSeparator + classes + File.pathSeparator + classes.resolveSibling("test-classes"),
                main.getName()));
        Path output = Files.createTempFile("output", "");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("LD_LIBRARY_PATH", libraries.toString());
        builder.environment().putAll(environment);
        int code = builder.start().waitFor();
        List<String> lines = Arrays.asList(Files.readString(output).split("\n"));
        Files.delete(output);
        assertEquals(0, code, lines.toString());
        return lines;
    }
}
