package dev.tenon.cli;

import picocli.CommandLine.Help.Ansi;

/** What the program's output may look like: colour and moving bars only where a person looks at a terminal. */
final class Console {
    private Console() {}

    /** Whether both standard input and standard output are a terminal. */
    static boolean isInteractive() {
        java.io.Console console = System.console();
        return console != null && console.isTerminal();
    }

    /** Whether colour may be used on standard output. */
    static Ansi ansi() {
        boolean refused = System.getenv("NO_COLOR") != null || "dumb".equals(System.getenv("TERM"));
        return isInteractive() && !refused ? Ansi.ON : Ansi.OFF;
    }
}
