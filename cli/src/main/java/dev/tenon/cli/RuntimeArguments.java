package dev.tenon.cli;

import dev.tenon.Configuration;
import dev.tenon.Tenon;
import dev.tenon.models.decoder.SessionOptions;
import java.io.PrintWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which devices to run on, and how. */
final class RuntimeArguments {
    private static final int THREADS_A_CORE = 16;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "cpu",
            description = "Device to run on (${DEFAULT-VALUE}), or several, with commas between, that share the model's"
                    + " layers in this order.")
    private List<String> devices = List.of("cpu");

    @Option(
            names = "--layers",
            paramLabel = "N",
            split = ",",
            description = "How many layers each device takes; without it as many as fit on each in turn.")
    private @Nullable List<Integer> layers;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads; 0: one a core (${DEFAULT-VALUE}).")
    private int threads;

    Tenon open() {
        return open(threads);
    }

    static Tenon open(int threads) {
        // Threads of a team wait for each other at every step: hundreds to a core would not end.
        int most = THREADS_A_CORE * Runtime.getRuntime().availableProcessors();
        if (threads < 0 || threads > most) {
            throw new CommandException(2, "--threads must be from 0 to " + most + " here, not " + threads);
        }
        return Tenon.open(Configuration.DEFAULT.withThreads(threads));
    }

    /** Where a model's layers go; {@code shown} is told before the model is loaded, if there is a choice in it. */
    ModelPlan plan(Tenon tenon, SessionOptions options, PrintWriter shown) {
        return new ModelPlan(devices.stream().map(tenon::device).toList(), layers, options, shown);
    }
}
