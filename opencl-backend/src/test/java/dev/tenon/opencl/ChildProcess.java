package dev.tenon.opencl;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assertions;

/** A Java process with the test's classes: what a driver reads when it is loaded, or crashes on, is tested in one of its own. */
record ChildProcess(Process process, Path output) {
    /**
     * Starts one.
     *
     * @param folder where its output goes
     * @param environment variables to set; an empty value takes one away
     * @param options for Java
     */
    static ChildProcess start(
            Path folder, Map<String, String> environment, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        return start(folder, List.of(), environment, options, main, arguments);
    }

    /** @param before a command that runs the one that follows it */
    static ChildProcess start(
            Path folder,
            List<String> before,
            Map<String, String> environment,
            List<String> options,
            Class<?> main,
            String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(before);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-cp", classPath(main), main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        environment.forEach((name, value) -> {
            if (value.isEmpty()) {
                builder.environment().remove(name);
            }
        });
        builder.redirectErrorStream(true).redirectOutput(output.toFile());
        return new ChildProcess(builder.start(), output);
    }

    /** The test runs on the module path, the child on the class path. */
    private static String classPath(Class<?> main) {
        try {
            Path classes = Path.of(
                    main.getProtectionDomain().getCodeSource().getLocation().toURI());
            return String.join(
                    File.pathSeparator,
                    System.getProperty("jdk.module.path", ""),
                    System.getProperty("java.class.path", ""),
                    classes.toString(),
                    classes.resolveSibling("test-classes").toString());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Waits for its end, which must be a good one, and answers what it printed, libraries' notices aside. */
    List<String> lines() throws IOException, InterruptedException {
        int code = process.waitFor();
        List<String> lines = Files.readString(output, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("[LWJGL]") && !line.startsWith("WARNING"))
                .toList();
        Assertions.assertEquals(0, code, String.join("\n", lines));
        return lines;
    }
}
