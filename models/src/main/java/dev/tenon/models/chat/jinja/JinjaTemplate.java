package dev.tenon.models.chat.jinja;

import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A parsed template. Immutable; one object serves many threads. */
public final class JinjaTemplate {
    private final List<Statement> statements;

    private JinjaTemplate(List<Statement> statements) {
        this.statements = statements;
    }

    /**
     * @throws LocatedError if the text is not Jinja or nested too deep
     */
    public static JinjaTemplate parse(String text) {
        try {
            return new JinjaTemplate(StatementParser.parse(text));
        } catch (PythonError.Syntax e) {
            throw new LocatedError(e, e.line());
        } catch (PythonError e) {
            throw new LocatedError(e, 0);
        }
    }

    /**
     * What the template prints.
     *
     * @param variables null, truth values, numbers, strings, lists and maps of such
     * @throws LocatedError if the template raises an error, itself or through what it does, or passes a limit
     */
    public String render(
            Map<String, ? extends @Nullable Object> variables, Limits limits, Supplier<ZonedDateTime> clock) {
        Interpreter interpreter = new Interpreter(limits);
        try {
            Map<String, Value> values = new HashMap<>();
            variables.forEach((name, value) -> values.put(name, Values.of(value)));
            return interpreter.run(statements, values, clock);
        } catch (PythonError e) {
            throw new LocatedError(e, interpreter.line());
        }
    }

    /** An error and the line of the template at which it arose, 0 where none is to blame. */
    public static final class LocatedError extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final PythonError error;
        private final int line;

        LocatedError(PythonError error, int line) {
            super(error);
            this.error = error;
            this.line = line;
        }

        public PythonError error() {
            return error;
        }

        public int line() {
            return line;
        }

        /** Whether the template gave up by itself. */
        public boolean raised() {
            return error instanceof PythonError.Raised;
        }

        /** Whether a limit was passed. */
        public boolean limit() {
            return error instanceof PythonError.Limit;
        }
    }
}
