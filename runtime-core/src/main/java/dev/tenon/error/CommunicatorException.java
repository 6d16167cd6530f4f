package dev.tenon.error;

import org.jspecify.annotations.Nullable;

/** A communicator that cannot be opened or cannot go on. Once a call on a communicator fails like this, all later ones do. */
public class CommunicatorException extends TenonException {
    private static final long serialVersionUID = 1L;

    public CommunicatorException(String message) {
        super(message);
    }

    public CommunicatorException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
