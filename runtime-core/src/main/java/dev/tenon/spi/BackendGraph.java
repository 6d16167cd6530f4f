package dev.tenon.spi;

/** Operators bound to their buffers, ready to run again. */
public interface BackendGraph extends AutoCloseable {
    /** Runs all operators in order on the stream that compiled them. */
    void replay();

    @Override
    void close();
}
