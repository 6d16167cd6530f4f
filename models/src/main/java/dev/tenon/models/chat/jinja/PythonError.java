package dev.tenon.models.chat.jinja;

import dev.tenon.error.TenonException;

/** An error that the Python implementation would raise, by its class there. Gets its template and line further up. */
public class PythonError extends TenonException {
    private static final long serialVersionUID = 1L;

    private final String type;
    private final String detail;

    public PythonError(String type, String detail) {
        super(type + ": " + detail);
        this.type = type;
        this.detail = detail;
    }

    /** The Python class, such as {@code UndefinedError}. */
    public String type() {
        return type;
    }

    /** The message without the class. */
    public String detail() {
        return detail;
    }

    static PythonError typeError(String detail) {
        return new PythonError("TypeError", detail);
    }

    static PythonError valueError(String detail) {
        return new PythonError("ValueError", detail);
    }

    static PythonError undefined(String detail) {
        return new PythonError("UndefinedError", detail);
    }

    static PythonError runtime(String detail) {
        return new PythonError("TemplateRuntimeError", detail);
    }

    static PythonError filterArgument(String detail) {
        return new PythonError("FilterArgumentError", detail);
    }

    /** Too much work, text or depth for a template. */
    static final class Limit extends PythonError {
        private static final long serialVersionUID = 1L;

        Limit(String detail) {
            super("LimitExceeded", detail);
        }
    }

    /** The template itself gave up, through {@code raise_exception}. */
    static final class Raised extends PythonError {
        private static final long serialVersionUID = 1L;

        Raised(String detail) {
            super("TemplateError", detail);
        }
    }

    /** The template's text is not Jinja. */
    static final class Syntax extends PythonError {
        private static final long serialVersionUID = 1L;

        private final int line;

        Syntax(String detail, int line) {
            super("TemplateSyntaxError", detail);
            this.line = line;
        }

        int line() {
            return line;
        }
    }
}
