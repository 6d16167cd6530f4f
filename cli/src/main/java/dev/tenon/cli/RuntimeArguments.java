package dev.tenon.cli;

import dev.tenon.Configuration;
import dev.tenon.Tenon;
import picocli.CommandLine.Option;

/** Which device to run on, and how. */
final class RuntimeArguments {
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
        if (threads < 0) {
            throw new CommandException(2, "--threads must not be negative");
        }
        return Tenon.open(Configuration.DEFAULT.withThreads(threads));
    }

    String device() {
        return device;
    }
}
