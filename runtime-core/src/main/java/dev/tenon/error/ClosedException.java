package dev.tenon.error;

/** Use of a tensor, graph, scope or device after it was closed. */
public final class ClosedException extends TenonException {
    private static final long serialVersionUID = 1L;

    public ClosedException(String message) {
        super(message);
    }
}
