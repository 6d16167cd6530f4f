package dev.tenon.cli;

import dev.tenon.error.InputOutputException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.jline.reader.EndOfFileException;
import org.jline.reader.LineReader;
import org.jline.reader.LineReaderBuilder;
import org.jline.reader.UserInterruptException;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** Where the lines of a conversation come from. */
sealed interface ChatInput extends AutoCloseable {
    /** A person at a terminal, with line editing, or whatever is piped in. */
    static ChatInput open() {
        return Console.isInteractive() ? new Typed() : new Piped();
    }

    /** The next line, or null where there is no more. */
    @Nullable
    String next();

    /** Does something that Ctrl-C shall not end the program in, but be told to {@code onInterrupt}. */
    <T> T interruptible(Runnable onInterrupt, Supplier<T> action);

    @Override
    void close();

    /** From a terminal. */
    final class Typed implements ChatInput {
        private final Terminal terminal;
        private final LineReader reader;

        Typed() {
            try {
                terminal = TerminalBuilder.builder().dumb(true).build();
            } catch (IOException e) {
                throw new InputOutputException("terminal", "opening", e);
            }
            // As a shell's, "!" would recall earlier lines and "\\" would be taken away.
            reader = LineReaderBuilder.builder()
                    .terminal(terminal)
                    .option(LineReader.Option.DISABLE_EVENT_EXPANSION, true)
                    .build();
        }

        @Override
        public @Nullable String next() {
            try {
                return reader.readLine("> ");
            } catch (EndOfFileException | UserInterruptException _) {
                return null;
            }
        }

        @Override
        public <T> T interruptible(Runnable onInterrupt, Supplier<T> action) {
            Terminal.SignalHandler before = terminal.handle(Terminal.Signal.INT, _ -> onInterrupt.run());
            try {
                return action.get();
            } finally {
                terminal.handle(Terminal.Signal.INT, before);
            }
        }

        @Override
        public void close() {
            try {
                terminal.close();
            } catch (IOException e) {
                throw new InputOutputException("terminal", "closing", e);
            }
        }
    }

    /** From standard input, UTF-8, the last line with or without a line end. */
    final class Piped implements ChatInput {
        private final BufferedReader reader =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

        @Override
        public @Nullable String next() {
            try {
                return reader.readLine();
            } catch (IOException e) {
                throw new InputOutputException("standard input", "reading", e);
            }
        }

        @Override
        public <T> T interruptible(Runnable onInterrupt, Supplier<T> action) {
            return action.get();
        }

        /** Standard input stays open. */
        @Override
        public void close() {}
    }
}
