package dev.tenon.spi;

import dev.tenon.op.Op;
import java.util.List;

/** A queue of work in order. On a host backend each call may be done when it returns. */
public interface BackendStream extends AutoCloseable {
    /**
     * Runs an operator. It is checked and supported, and its operands stay alive until the stream has passed it.
     *
     * @throws dev.tenon.error.TenonException for this or, on an asynchronous stream, an earlier failure
     */
    void execute(Op op);

    /** Prepares a list of operators for replay with one call. */
    BackendGraph compile(List<Op> ops);

    /** Marks this point of the queue. */
    StreamEvent record();

    /** Makes later work here wait for a point of another stream of this device. */
    void waitFor(StreamEvent event);

    /** Waits until all work given so far is done, and throws its failure if it had one. */
    void synchronize();

    @Override
    void close();
}
