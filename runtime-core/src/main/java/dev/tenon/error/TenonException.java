package dev.tenon.error;

import org.jspecify.annotations.Nullable;

/** The root of every error that Tenon throws on purpose. Unchecked: callers catch it where they can act on it. */
public class TenonException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public TenonException(String message) {
        super(message);
    }

    public TenonException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
