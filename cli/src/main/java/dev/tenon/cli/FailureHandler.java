package dev.tenon.cli;

import dev.tenon.error.TenonException;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** Says in one line why a command failed; the stack trace only with {@code --verbose}, or where the fault is ours. */
final class FailureHandler implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult arguments) {
        PrintWriter err = command.getErr();
        boolean foreseen = failure instanceof TenonException || failure instanceof CommandException;
        err.println("tenon: " + (foreseen ? failure.getMessage() : "unexpected " + failure));
        boolean verbose = command.getCommand() instanceof TenonCommand own && own.isVerbose();
        if (verbose || !foreseen) {
            failure.printStackTrace(err);
        }
        err.flush();
        return failure instanceof CommandException own ? own.exitCode() : CommandLine.ExitCode.SOFTWARE;
    }
}
