package dev.tenon.cli;

import dev.tenon.Configuration;
import dev.tenon.DType;
import dev.tenon.Device;
import dev.tenon.Tenon;
import dev.tenon.comm.Communicator;
import dev.tenon.comm.CommunicatorOptions;
import dev.tenon.comm.Communicators;
import dev.tenon.comm.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** {@code tenon bench allreduce}. */
@Command(
        name = "allreduce",
        description = {
            "Time all-reduces between threads and between processes of this host, by size and number of ranks.",
            "Started as ranks itself (by mpirun, tenon run, torchrun), it times all-reduces between these."
        })
final class BenchAllReduceCommand extends TenonCommand {
    private static final int MOST_RANKS = 64;

    @Option(
            names = {"-n", "--ranks"},
            paramLabel = "N",
            split = ",",
            defaultValue = "2,4",
            description = "Numbers of ranks, with commas between (${DEFAULT-VALUE}).")
    private List<Integer> ranks = List.of();

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "threads,shm",
            description = "threads, shm; started as ranks: any transport there is (${DEFAULT-VALUE}).")
    private List<String> transports = List.of();

    @Option(names = "--type", defaultValue = "F32", description = "F32, BF16, F16, I32 or I64 (${DEFAULT-VALUE}).")
    private DType type = DType.F32;

    @Option(
            names = "--min",
            paramLabel = "BYTES",
            defaultValue = "8",
            description = "Smallest size (${DEFAULT-VALUE}).")
    private long least;

    @Option(
            names = "--max",
            paramLabel = "BYTES",
            defaultValue = "268435456",
            description = "Largest size (${DEFAULT-VALUE}).")
    private long most;

    @Option(
            names = "--factor",
            paramLabel = "N",
            defaultValue = "2",
            description = "From each size to the next (${DEFAULT-VALUE}).")
    private int factor;

    @Option(names = "--plot", paramLabel = "FILE", description = "Write the bus bandwidths as an SVG picture.")
    private @Nullable Path plot;

    private final List<AllReduceRow> rows = new ArrayList<>();

    @Override
    void execute() {
        check();
        World world = World.of(System.getenv());
        if (world.launcher() != World.Launcher.NONE) {
            asRank(world);
            return;
        }
        header();
        for (String transport : transports) {
            for (int count : ranks) {
                switch (transport) {
                    case "threads" -> overThreads(count);
                    case "shm" -> overProcesses(transport, count);
                    default ->
                        throw new CommandException(
                                2, "--transport " + transport + " needs ranks: start this command by its launcher");
                }
            }
        }
        report();
    }

    private void check() {
        if (least < 8 || most < least || most > 1L << 40 || factor < 2) {
            throw new CommandException(2, "sizes go from --min, 8 or more, to --max, by a --factor of 2 or more");
        }
        for (int count : ranks) {
            if (count < 1 || count > MOST_RANKS) {
                throw new CommandException(2, "--ranks must be from 1 to " + MOST_RANKS + ", not " + count);
            }
        }
        switch (type) {
            case F32, BF16, F16, I32, I64 -> {}
            case F64, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new CommandException(2, type + " has no reduction between ranks");
        }
    }

    private List<Long> sizes() {
        return AllReduceTimer.sizes(least, most, factor);
    }

    private void header() {
        if (!isJson()) {
            out().println(AllReduceRow.header());
            out().flush();
        }
    }

    private void add(AllReduceRow row) {
        rows.add(row);
        if (!isJson()) {
            out().println(row);
            out().flush();
        }
    }

    private void report() {
        if (plot != null) {
            try {
                Files.writeString(plot, AllReducePlot.svg(rows));
            } catch (IOException e) {
                throw new CommandException(1, "cannot write " + plot + ": " + e.getMessage());
            }
        }
        if (isJson()) {
            Map<String, Object> document = new LinkedHashMap<>();
            document.put("rows", rows.stream().map(AllReduceRow::document).toList());
            printJson(document);
        }
    }

    /** The ranks share the machine: each computes on one thread. */
    private static Tenon runtime() {
        return Tenon.open(Configuration.DEFAULT.withThreads(1));
    }

    private void asRank(World world) {
        CommunicatorOptions options = transports.size() == 1
                ? CommunicatorOptions.DEFAULT.withTransport(transports.getFirst())
                : CommunicatorOptions.DEFAULT;
        try (Tenon tenon = runtime();
                Communicator all = Communicators.open(world, "bench", options)) {
            if (world.rank() == 0) {
                header();
            }
            new AllReduceTimer(all, tenon.device("cpu"), type).measure(sizes(), this::add);
            if (world.rank() == 0) {
                report();
            }
        }
    }

    private void overThreads(int count) {
        List<Communicator> all = Communicators.ofThreads(count, CommunicatorOptions.DEFAULT);
        try (Tenon tenon = runtime();
                ExecutorService threads = Executors.newFixedThreadPool(count)) {
            Device device = tenon.device("cpu");
            List<Future<?>> ends = new ArrayList<>();
            for (Communicator rank : all) {
                ends.add(threads.submit(() -> {
                    try {
                        new AllReduceTimer(rank, device, type).measure(sizes(), this::add);
                    } catch (RuntimeException | Error e) {
                        rank.abort(e.toString());
                        throw e;
                    }
                }));
            }
            for (Future<?> end : ends) {
                end.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(1, "interrupted");
        } finally {
            all.forEach(Communicator::close);
        }
    }

    /** This command again, as ranks; rank 0 writes the rows as JSON. */
    private void overProcesses(String transport, int count) {
        List<String> arguments = List.of(
                "bench",
                "allreduce",
                "--json",
                "--transport",
                transport,
                "--type",
                type.name(),
                "--min",
                Long.toString(least),
                "--max",
                Long.toString(most),
                "--factor",
                Integer.toString(factor));
        StringBuffer document = new StringBuffer();
        List<String> errors = new ArrayList<>();
        try (RankLauncher launcher =
                new RankLauncher(count, SelfCommand.of(arguments), Map.of(), (rank, error, line) -> {
                    if (error) {
                        synchronized (errors) {
                            errors.add("[" + rank + "] " + line);
                        }
                    } else if (rank == 0) {
                        document.append(line).append('\n');
                    }
                })) {
            int status = launcher.await();
            if (status != 0) {
                throw new CommandException(1, "a rank ended with status " + status + ":\n" + String.join("\n", errors));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandException(1, "interrupted");
        }
        rowsOf(document.toString()).forEach(this::add);
    }

    private static List<AllReduceRow> rowsOf(String document) {
        return JsonMapper.shared()
                .readTree(document)
                .path("rows")
                .valueStream()
                .map(AllReduceRow::of)
                .toList();
    }
}
