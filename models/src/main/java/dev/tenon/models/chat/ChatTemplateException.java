package dev.tenon.models.chat;

import dev.tenon.error.TenonException;
import org.jspecify.annotations.Nullable;

/** A chat template that cannot be read or rendered: says which, where and what transformers would raise. */
public sealed class ChatTemplateException extends TenonException
        permits ChatTemplateException.Raised, ChatTemplateException.LimitExceeded {
    private static final long serialVersionUID = 1L;

    private final String template;
    private final int line;
    private final String type;
    private final String detail;

    ChatTemplateException(String template, int line, String type, String detail, @Nullable Throwable cause) {
        super(template + (line > 0 ? ", line " + line : "") + ": " + type + ": " + detail, cause);
        this.template = template;
        this.line = line;
        this.type = type;
        this.detail = detail;
    }

    /** The template's name, as it was given. */
    public String template() {
        return template;
    }

    /** The line in the template, from 1 on; 0 where none is to blame. */
    public int line() {
        return line;
    }

    /** The class of the error in Jinja or Python, such as {@code UndefinedError}. */
    public String type() {
        return type;
    }

    /** What is wrong. */
    public String detail() {
        return detail;
    }

    /** The template refused the conversation, through {@code raise_exception}: {@link #detail} is its message. */
    public static final class Raised extends ChatTemplateException {
        private static final long serialVersionUID = 1L;

        Raised(String template, int line, String message, @Nullable Throwable cause) {
            super(template, line, "TemplateError", message, cause);
        }
    }

    /** The template took more steps, text or depth than it may. */
    public static final class LimitExceeded extends ChatTemplateException {
        private static final long serialVersionUID = 1L;

        LimitExceeded(String template, int line, String detail, @Nullable Throwable cause) {
            super(template, line, "LimitExceeded", detail, cause);
        }
    }
}
