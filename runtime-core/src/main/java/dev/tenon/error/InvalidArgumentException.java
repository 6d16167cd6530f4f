package dev.tenon.error;

/** An argument outside what the called method documents, other than a shape or an element type. */
public final class InvalidArgumentException extends TenonException {
    private static final long serialVersionUID = 1L;

    public InvalidArgumentException(String message) {
        super(message);
    }
}
