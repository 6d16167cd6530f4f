package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process of its own, on the class path as the launcher starts it. */
class ProcessTest {
    @TempDir
    private static Path folder;

    private static Path model;

    @BeforeAll
    static void makeModel() {
        model = TinyModel.in(folder);
    }

    private static CommandRun run(Map<String, String> environment, String input, Object... arguments) throws Exception {
        return run(folder, environment, input, arguments);
    }

    /** @param folder for its input and output */
    static CommandRun run(Path folder, Map<String, String> environment, String input, Object... arguments)
            throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-Dstdout.encoding=UTF-8",
                "-Dstderr.encoding=UTF-8",
                "-cp",
                String.join(
                        File.pathSeparator,
                        Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
                                .map(name -> System.getProperty(name, ""))
                                .filter(path -> !path.isEmpty())
                                .toList()),
                Main.class.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Path in = Files.writeString(Files.createTempFile(folder, "in", ""), input);
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().keySet().removeAll(List.of("TENON_MODELS", "XDG_CACHE_HOME"));
        builder.environment().putAll(environment);
        int status = builder.start().waitFor();
        // The JVM's own remark on the incubator module, which the launcher filters out.
        String messages = Files.readString(err, StandardCharsets.UTF_8)
                .lines()
                .filter(line -> !line.startsWith("WARNING: Using incubator modules"))
                .reduce("", (all, line) -> all + line + "\n");
        return new CommandRun(status, Files.readString(out, StandardCharsets.UTF_8), messages);
    }

    @Test
    void withoutAModelTheCacheFolderIsListed() throws Exception {
        CommandRun run = run(Map.of("TENON_MODELS", folder.toString()), "", "generate", "--prompt", "v");
        assertEquals(2, run.status());
        assertEquals("", run.out());
        assertTrue(run.err().contains("tiny.gguf") && run.err().contains("To get one, download"), run.err());
        Path cache = Files.createDirectories(folder.resolve("cache"));
        CommandRun empty = run(Map.of("XDG_CACHE_HOME", cache.toString()), "", "chat");
        assertEquals(2, empty.status());
        assertTrue(empty.err().contains("There is none in " + cache.resolve("tenon/models")), empty.err());
    }

    @Test
    void modelsAreFoundByNameInTheCacheFolder() throws Exception {
        CommandRun run = run(Map.of("TENON_MODELS", folder.toString()), "v", "generate", "--model", "tiny");
        assertEquals(new CommandRun(0, "wxyz\n", ""), run);
    }

    @Test
    void chatReadsPipedLinesAsUtf8() throws Exception {
        CommandRun run = run(Map.of("LC_ALL", "C"), "grüße\n/exit\nmore", "chat", "-m", model, "-t", "0");
        assertEquals(new CommandRun(0, "123456789\n", ""), run);
    }

    @Test
    void theStatusReachesTheShell() throws Exception {
        assertEquals(
                1,
                run(Collections.emptyMap(), "", "inspect", folder.resolve("none.gguf"))
                        .status());
        assertEquals(2, run(Collections.emptyMap(), "", "inspect", "--nosuch").status());
    }

    @Test
    void numbersHaveADecimalPointInEveryLocale() throws Exception {
        Path text = Files.writeString(folder.resolve("text"), "abcdef");
        CommandRun run = run(
                Map.of("LC_ALL", "de_DE.UTF-8", "LANG", "de_DE.UTF-8"), "", "perplexity", "-m", model, "--text", text);
        assertEquals(0, run.status(), run.err());
        assertTrue(run.out().lines().anyMatch(line -> line.matches("perplexity: +\\d+\\.\\d{4}")), run.out());
    }
}
