package dev.tenon.collectives;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A process of the test, and what it wrote. */
record RankProcess(Process process, Path output) {
    /** The JVM and its options, to run {@link RankMain} on the test's class path. */
    static List<String> command(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-Xshare:auto",
                "--add-modules=jdk.incubator.vector",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPath(),
                RankMain.class.getName()));
        command.addAll(List.of(arguments));
        return command;
    }

    private static String classPath() {
        return String.join(
                File.pathSeparator,
                Stream.concat(
                                Stream.of(Path.of("target/test-classes")
                                        .toAbsolutePath()
                                        .toString()),
                                Stream.of("jdk.module.path", "java.class.path", "surefire.test.class.path")
                                        .map(name -> System.getProperty(name, ""))
                                        .filter(path -> !path.isEmpty()))
                        .toList());
    }

    static RankProcess start(List<String> command, Map<String, String> environment) throws IOException {
        Path output = Files.createTempFile("tenon-rank", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().putAll(environment);
        return new RankProcess(builder.start(), output);
    }

    /** N ranks of one job, as {@code tenon run} would start them. */
    static List<RankProcess> startAll(int ranks, String job, String... arguments) throws IOException {
        List<RankProcess> started = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            String rank = Integer.toString(r);
            String size = Integer.toString(ranks);
            started.add(start(
                    command(arguments),
                    Map.of(
                            "TENON_JOB",
                            job,
                            "RANK",
                            rank,
                            "WORLD_SIZE",
                            size,
                            "LOCAL_RANK",
                            rank,
                            "LOCAL_WORLD_SIZE",
                            size)));
        }
        return started;
    }

    /** N ranks as on hosts of their own: each knows only its rank and where rank 0 is. */
    static List<RankProcess> startApart(int ranks, String... arguments) throws IOException {
        String port = Integer.toString(Ports.free());
        List<RankProcess> started = new ArrayList<>();
        for (int r = 0; r < ranks; r++) {
            started.add(start(
                    command(arguments),
                    Map.of(
                            "JOB_COMPLETION_INDEX",
                            Integer.toString(r),
                            "WORLD_SIZE",
                            Integer.toString(ranks),
                            "MASTER_ADDR",
                            "localhost",
                            "MASTER_PORT",
                            port)));
        }
        return started;
    }

    /** Its status; a process that does not end is killed, and fails the test. */
    int await(long seconds) throws Exception {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("hangs: " + text());
        }
        return process.exitValue();
    }

    String text() throws IOException {
        return Files.readString(output);
    }

    void remove() throws IOException {
        Files.deleteIfExists(output);
    }
}
