package dev.tenon.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code tenon} command. */
@Command(
        name = "tenon",
        description = "A tensor runtime for the JVM.",
        mixinStandardHelpOptions = true,
        version = "tenon 0.1.0-SNAPSHOT",
        subcommands = {
            DevicesCommand.class,
            InspectCommand.class,
            GenerateCommand.class,
            ChatCommand.class,
            PerplexityCommand.class,
            TokenizeCommand.class,
            RenderCommand.class,
            BenchCommand.class,
            WarmUpCommand.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {" 0: done", " 1: failed, with the reason on standard error", " 2: wrong usage"})
public final class Main implements Runnable {
    private Main() {}

    @Override
    public void run() {
        CommandLine.usage(this, System.out, Console.ansi());
    }

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        StandardError.open();
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine line = new CommandLine(new Main());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setColorScheme(CommandLine.Help.defaultColorScheme(Console.ansi()));
        line.setExecutionExceptionHandler(new FailureHandler());
        line.setParameterExceptionHandler(new UsageHandler());
        return line;
    }
}
