package dev.tenon.spi;

import dev.tenon.op.Op;
import java.util.List;

/** A queue of work in order. On a host backend each call may be done when it returns. */
public interface BackendStream extends AutoCloseable {
    /**
     * Runs an operator. It is checked and supported. The runtime keeps its operands until this returns; where work is then
     * still queued, {@link DeviceBuffer#close} may come before it is done.
     *
     * @throws dev.tenon.error.TenonException for this or, on an asynchronous stream, an earlier failure
     */
    void execute(Op op);

    /** Prepares a list of operators, each checked and supported, for replay with one call. Runs none of them. */
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
