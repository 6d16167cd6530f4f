package dev.tenon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code tenon} command. */
@Command(
        name = "tenon",
        description = "A tensor runtime for the JVM.",
        mixinStandardHelpOptions = true,
        version = "tenon 0.1.0-SNAPSHOT")
public final class Main implements Runnable {

    private Main() {}

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        StandardError.open();
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
