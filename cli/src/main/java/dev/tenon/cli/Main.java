package dev.tenon.cli;

import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

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
            TuneCommand.class,
            RunCommand.class,
            WarmUpCommand.class
        },
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {" 0: done", " 1: failed, with the reason on standard error", " 2: wrong usage"})
public final class Main implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    private Main() {}

    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /** Runs the command and exits with its status. */
    public static void main(String[] arguments) {
        StandardError.open();
        // A decimal point everywhere: what is printed is often read by a program.
        Locale.setDefault(Locale.Category.FORMAT, Locale.ROOT);
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
