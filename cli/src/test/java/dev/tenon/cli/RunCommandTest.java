package dev.tenon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

class RunCommandTest {
    @TempDir
    private Path folder;

    private static CommandRun run(int ranks, String script) {
        return CommandRun.of("run", "--ranks", ranks, "--", "sh", "-c", script);
    }

    @Test
    void everyRankFindsItsPlaceAndItsOutputIsLabelled() {
        CommandRun run =
                run(3, "echo $RANK of $WORLD_SIZE, $LOCAL_RANK of $LOCAL_WORLD_SIZE, $MASTER_ADDR; echo bad >&2");
        assertEquals(0, run.status(), run.err());
        assertEquals(
                List.of(
                        "[0] 0 of 3, 0 of 3, 127.0.0.1",
                        "[1] 1 of 3, 1 of 3, 127.0.0.1",
                        "[2] 2 of 3, 2 of 3, 127.0.0.1"),
                run.out().lines().sorted().toList());
        assertEquals(
                List.of("[0] bad", "[1] bad", "[2] bad"),
                run.err().lines().sorted().toList());
    }

    @Test
    void jobsHaveNamesOfTheirOwn() {
        TreeSet<String> names = new TreeSet<>();
        for (int i = 0; i < 2; i++) {
            CommandRun run =
                    CommandRun.of("run", "-n", 2, "--no-labels", "--", "sh", "-c", "echo $TENON_JOB $MASTER_PORT");
            assertEquals(1, run.out().lines().distinct().count(), run.out());
            names.add(run.text());
        }
        assertEquals(2, names.size());
    }

    @Test
    void whenOneFailsAllEnd() {
        long start = System.nanoTime();
        CommandRun run = run(3, "if [ $RANK = 1 ]; then exit 7; fi; sleep 60 & wait");
        assertEquals(7, run.status());
        assertTrue(run.err().contains("a rank ended with status 7"), run.err());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(30), "the others were not ended");
    }

    @Test
    void aRankThatDoesNotEndWhenAskedIsKilled() {
        long start = System.nanoTime();
        CommandRun run =
                run(2, "if [ $RANK = 1 ]; then kill -9 $$; fi; trap '' TERM; for i in 1 2 3 4 5 6; do sleep 10; done");
        assertEquals(128 + 9, run.status());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(45), "it was not killed");
    }

    @Test
    void wrongUsageIsRefused() {
        assertEquals(2, CommandRun.of("run", "--ranks", 0, "--", "true").status());
        assertEquals(2, CommandRun.of("run", "--", "true").status());
        assertEquals(2, CommandRun.of("run", "--ranks", 2).status());
        CommandRun absent = CommandRun.of("run", "--ranks", 2, "--", "/no/such/program");
        assertEquals(1, absent.status());
        assertTrue(absent.err().contains("cannot start /no/such/program"), absent.err());
    }

    @Test
    void signalsArePassedOn() throws Exception {
        Path got = folder.resolve("got");
        List<String> command = SelfCommand.of(List.of(
                "run",
                "--ranks",
                "2",
                "--",
                "sh",
                "-c",
                "trap 'echo $RANK >>" + got + "; exit 0' TERM; echo ready; while :; do sleep 0.05; done"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        try {
            for (int i = 0; i < 400 && countReady() < 2; i++) {
                Thread.sleep(50);
            }
            assertEquals(2, countReady(), Files.readString(folder.resolve("out")));
            // Not SIGHUP, which a process that nohup started ignores, with all of its children.
            assertTrue(SignalNative.send(process.pid(), 15));
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "the signal did not arrive");
            assertEquals(0, process.exitValue());
            assertEquals(
                    List.of("0", "1"), Files.readAllLines(got).stream().sorted().toList());
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }

    private long countReady() throws Exception {
        return Files.readString(folder.resolve("out"))
                .lines()
                .filter(line -> line.endsWith("] ready"))
                .count();
    }

    @Test
    void theAllReduceBenchmarkRunsBetweenThreadsAndProcesses() throws Exception {
        Path plot = folder.resolve("plot.svg");
        CommandRun run = CommandRun.of(
                "bench",
                "allreduce",
                "--json",
                "--ranks",
                "1,2",
                "--transport",
                "threads,shm",
                "--min",
                8,
                "--max",
                512,
                "--factor",
                64,
                "--plot",
                plot);
        assertEquals(0, run.status(), run.err());
        List<Map<String, Object>> rows = run.objects("rows");
        assertEquals(2 * 2 * 2, rows.size(), run.out());
        for (Map<String, Object> row : rows) {
            assertEquals(
                    List.of(
                            "transport",
                            "ranks",
                            "type",
                            "bytes",
                            "latency_us",
                            "algorithm_gb_per_s",
                            "bus_gb_per_s",
                            "percent_of_limit",
                            "barrier_us"),
                    List.copyOf(row.keySet()));
            assertTrue(((Number) row.get("latency_us")).doubleValue() > 0, row.toString());
        }
        assertEquals(
                List.of("shared memory", "threads of one process"),
                rows.stream()
                        .map(row -> (String) row.get("transport"))
                        .distinct()
                        .sorted()
                        .toList());
        assertTrue(Files.readString(plot).contains("<polyline"), "the plot has no line");
    }

    @Test
    void theBenchmarkRefusesWhatHasNoMeaning() {
        assertEquals(2, CommandRun.of("bench", "allreduce", "--ranks", 0).status());
        assertEquals(2, CommandRun.of("bench", "allreduce", "--min", 1).status());
        assertEquals(2, CommandRun.of("bench", "allreduce", "--type", "Q4_0").status());
        assertEquals(
                2, CommandRun.of("bench", "allreduce", "--transport", "mpi").status());
        assertFalse(CommandRun.of("bench", "allreduce", "--help").out().isEmpty());
    }

    /** By the definitions of nccl-tests: 8 bytes a microsecond are 0.008 GB/s; 4 ranks move 1.5 times that. */
    @Test
    void bandwidthsAreThoseOfNcclTests() {
        AllReduceRow row = new AllReduceRow("threads", 4, "F32", 8_000_000, 1000, Double.NaN, 0.2);
        assertEquals(8, row.algorithmGigabytes(), 1e-12);
        assertEquals(12, row.busGigabytes(), 1e-12);
        assertEquals(row, AllReduceRow.of(JsonMapper.shared().valueToTree(row.document())));
    }
}
