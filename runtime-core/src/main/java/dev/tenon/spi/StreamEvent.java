package dev.tenon.spi;

/** A point in a stream. */
public interface StreamEvent {
    /** A point that is passed, of work that was done when its call returned. */
    StreamEvent PASSED = new StreamEvent() {
        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public void synchronize() {}
    };

    /** Whether the stream has passed it, also where its work failed: {@link #synchronize} then says how. */
    boolean isDone();

    /**
     * Waits until the stream has passed it.
     *
     * @throws dev.tenon.error.TenonException if the work that it marks the end of failed
     */
    void synchronize();
}
