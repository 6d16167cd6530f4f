package dev.tenon;

import dev.tenon.error.ClosedException;
import dev.tenon.op.Op;
import dev.tenon.profile.Profiler;
import dev.tenon.spi.BackendGraph;
import java.util.List;

/**
 * Captured operators with their buffers, replayed with one call. It holds its tensors' memory until it is closed, whatever
 * their scopes do. While a profile is being taken, operators run one by one so that each shows; the results are the same.
 */
public final class Graph implements AutoCloseable {
    private final Device device;
    private final List<Op> ops;
    private final BackendGraph backend;
    private boolean closed;

    Graph(Device device, List<Op> ops) {
        this.device = device;
        this.ops = ops;
        this.backend = device.backend().defaultStream().compile(ops);
    }

    /** The captured operators, in order. */
    public List<Op> ops() {
        return ops;
    }

    /**
     * Runs all operators in order. One thread at a time.
     *
     * @throws ClosedException after {@link #close()}
     */
    public synchronized void replay() {
        if (closed) {
            throw new ClosedException("replay: the graph is closed");
        }
        if (Profiler.isActive()) {
            for (Op op : ops) {
                Execution.execute(device, device.backend().defaultStream(), op);
            }
        } else {
            backend.replay();
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            backend.close();
            ops.forEach(Operands::release);
        }
    }
}
