package dev.tenon.cli;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Local processes that are the ranks of one job. When one fails, all end. */
final class RankLauncher implements AutoCloseable {
    /** What processes get to end by themselves, once they were asked to. */
    private static final long GRACE_SECONDS = 5;

    private final List<Process> ranks = new ArrayList<>();
    private final List<Thread> readers = new ArrayList<>();
    private final BlockingQueue<Integer> ended = new LinkedBlockingQueue<>();

    /** Takes what the ranks write, line by line, from several threads. */
    interface Output {
        void line(int rank, boolean error, String line);
    }

    /**
     * Starts the ranks. They find their place in {@code RANK, WORLD_SIZE, LOCAL_RANK, LOCAL_WORLD_SIZE, MASTER_ADDR,
     * MASTER_PORT} and, for Tenon, {@code TENON_JOB}.
     */
    RankLauncher(int count, List<String> command, Map<String, String> environment, Output output) {
        String job = "run-" + UUID.randomUUID();
        String port = Integer.toString(freePort());
        for (int r = 0; r < count; r++) {
            ProcessBuilder builder = new ProcessBuilder(command).redirectInput(new File("/dev/null"));
            builder.environment().putAll(environment);
            builder.environment()
                    .putAll(Map.of(
                            "TENON_JOB", job,
                            "RANK", Integer.toString(r),
                            "WORLD_SIZE", Integer.toString(count),
                            "LOCAL_RANK", Integer.toString(r),
                            "LOCAL_WORLD_SIZE", Integer.toString(count),
                            "MASTER_ADDR", "127.0.0.1",
                            "MASTER_PORT", port));
            start(builder, output);
        }
    }

    private void start(ProcessBuilder builder, Output output) {
        int rank = ranks.size();
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            close();
            throw new CommandException(1, "cannot start " + builder.command().getFirst() + ": " + e.getMessage());
        }
        ranks.add(process);
        readers.add(Thread.ofVirtual().start(() -> read(process.getInputStream(), rank, false, output)));
        readers.add(Thread.ofVirtual().start(() -> read(process.getErrorStream(), rank, true, output)));
        process.onExit().thenRun(() -> ended.add(rank));
    }

    private static void read(InputStream stream, int rank, boolean error, Output output) {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                output.line(rank, error, line);
            }
        } catch (IOException e) {
            output.line(rank, true, "its output cannot be read: " + e.getMessage());
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Passes a signal on to every rank that is left. */
    void signal(int number) {
        for (Process rank : ranks) {
            if (rank.isAlive()) {
                SignalNative.send(rank.pid(), number);
            }
        }
    }

    /**
     * Waits for all; ends the others once one fails.
     *
     * @return 0, or the status of the first that failed: 128 and the signal's number for one that a signal ended
     */
    int await() throws InterruptedException {
        int failure = 0;
        for (int i = 0; i < ranks.size() && failure == 0; i++) {
            failure = ranks.get(ended.take()).exitValue();
        }
        if (failure != 0) {
            end();
        }
        for (Thread reader : readers) {
            // A rank's own children may hold its output open, and outlive it.
            reader.join(Duration.ofSeconds(GRACE_SECONDS));
        }
        return failure;
    }

    private void end() throws InterruptedException {
        List<ProcessHandle> all = new ArrayList<>();
        for (Process rank : ranks) {
            rank.descendants().forEach(all::add);
            all.add(rank.toHandle());
        }
        all.forEach(ProcessHandle::destroy);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(GRACE_SECONDS);
        for (Process rank : ranks) {
            rank.waitFor(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        }
        all.forEach(ProcessHandle::destroyForcibly);
    }

    /** Kills what is left. */
    @Override
    public void close() {
        for (Process rank : ranks) {
            rank.descendants().forEach(ProcessHandle::destroyForcibly);
            rank.destroyForcibly();
        }
    }
}
