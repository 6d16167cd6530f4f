package dev.tenon.spi;

/** A point in a stream. */
public interface StreamEvent {
    /** Whether the stream has passed it. */
    boolean isDone();

    /** Waits until the stream has passed it. */
    void synchronize();
}
