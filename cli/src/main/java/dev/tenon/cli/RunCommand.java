package dev.tenon.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import sun.misc.Signal;

/** {@code tenon run}. */
@Command(
        name = "run",
        description = {
            "Start a command several times, as the ranks of one job on this host.",
            "What a rank writes is printed with its number before each line. When one fails, the others are ended;"
                    + " the exit code is then its own."
        })
final class RunCommand extends TenonCommand {
    private static final List<String> FORWARDED = List.of("INT", "TERM", "HUP");

    @Option(
            names = {"-n", "--ranks"},
            paramLabel = "N",
            required = true,
            description = "How many.")
    private int ranks;

    @Option(names = "--no-labels", description = "Print lines as they come, without the ranks' numbers.")
    private boolean plain;

    @Parameters(paramLabel = "COMMAND", arity = "1..*", description = "After --, with its arguments.")
    private List<String> command = List.of();

    private int status;

    @Override
    void execute() {
        if (ranks < 1) {
            throw new CommandException(2, "--ranks must be 1 or more, not " + ranks);
        }
        try (RankLauncher launcher = new RankLauncher(ranks, command, Map.of(), this::print)) {
            List<Runnable> restore = forwardSignals(launcher);
            try {
                status = launcher.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandException(1, "interrupted");
            } finally {
                restore.forEach(Runnable::run);
            }
        }
        if (status != 0) {
            throw new CommandException(status, "a rank ended with status " + status);
        }
    }

    private static List<Runnable> forwardSignals(RankLauncher launcher) {
        List<Runnable> restore = new ArrayList<>();
        for (String name : FORWARDED) {
            Signal signal = new Signal(name);
            try {
                var before = Signal.handle(signal, got -> launcher.signal(got.getNumber()));
                restore.add(() -> Signal.handle(signal, before));
            } catch (IllegalArgumentException takenByTheJvm) {
                // Run with -Xrs: the signal then ends this process, and close() the ranks.
                continue;
            }
        }
        return restore;
    }

    private void print(int rank, boolean error, String line) {
        PrintWriter to = error ? err() : out();
        synchronized (this) {
            to.println(plain ? line : "[" + rank + "] " + line);
            to.flush();
        }
    }
}
