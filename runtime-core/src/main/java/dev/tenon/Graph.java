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
    private List<Op> ops;
    private BackendGraph backend;
    private boolean closed;

    Graph(Device device, List<Op> ops) {
        this.device = device;
        this.ops = ops;
        this.backend = device.backend().defaultStream().compile(ops);
    }

    /** The captured operators, in order. */
    public synchronized List<Op> ops() {
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

    /**
     * Captures anew: what {@code body} executes takes the place of what the graph has. Where that comes to the same kernels, with other
     * sizes, operands or values, a device may change what it holds in place, which costs less than a new graph.
     *
     * @throws ClosedException after {@link #close()}
     * @throws dev.tenon.error.TenonException as {@link Device#capture}; the graph is then what it was
     */
    public synchronized void recapture(Runnable body) {
        if (closed) {
            throw new ClosedException("recapture: the graph is closed");
        }
        Recorder recorder = device.record(body);
        List<Op> recorded = recorder.ops();
        try {
            if (!backend.update(recorded)) {
                BackendGraph made = device.backend().defaultStream().compile(recorded);
                backend.close();
                backend = made;
            }
        } catch (RuntimeException | Error e) {
            recorder.abandon();
            throw e;
        }
        ops.forEach(Operands::release);
        ops = recorded;
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
