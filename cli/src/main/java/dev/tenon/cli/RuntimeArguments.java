package dev.tenon.cli;

import dev.tenon.Configuration;
import dev.tenon.Tenon;
import picocli.CommandLine.Option;

/** Which device to run on, and how. */
final class RuntimeArguments {
    private static final int THREADS_A_CORE = 16;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "Device to run on (${DEFAULT-VALUE}).")
    private String device = "cpu";

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

    String device() {
        return device;
    }
}
