package dev.tenon.cli;

import dev.tenon.error.InvalidArgumentException;
import picocli.CommandLine;

/** A command cannot do what it was asked, for a reason that its user can mend. */
final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int exitCode;

    CommandException(int exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /** What the user asked for is out of range. */
    static CommandException usage(InvalidArgumentException cause) {
        CommandException failure = new CommandException(CommandLine.ExitCode.USAGE, String.valueOf(cause.getMessage()));
        failure.initCause(cause);
        return failure;
    }

    int exitCode() {
        return exitCode;
    }
}
