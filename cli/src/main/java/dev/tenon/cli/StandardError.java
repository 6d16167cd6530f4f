package dev.tenon.cli;

import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The program's standard error when {@code ./tenon} started it. The launcher filters one line out of what the JVM writes
 * to descriptor 2 before {@code main}, and passes the unfiltered descriptor by name.
 */
final class StandardError {

    private StandardError() {}

    /** Makes {@link System#err} the descriptor that the launcher names, if it names one. */
    static void open() {
        @Nullable String path = System.getProperty("tenon.stderr");
        if (path == null) {
            return;
        }
        try {
            // Appending: where the descriptor is a file, others may be writing to it as well.
            System.setErr(new PrintStream(new FileOutputStream(path, true), true, StandardCharsets.UTF_8));
        } catch (FileNotFoundException notOpenable) {
            // A socket, say. Descriptor 2 is still there, and the launcher's filter passes on what is written to it.
            return;
        }
    }

    /** Whether {@link System#err} is a terminal, as the launcher saw it. */
    static boolean isTerminal() {
        return Boolean.getBoolean("tenon.stderr.terminal");
    }
}
