package dev.tenon.collectives.nccl;

import dev.tenon.DType;
import dev.tenon.Tensor;
import dev.tenon.collectives.device.ControlledTransport;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.NativeCallException;
import dev.tenon.error.RankFailedException;
import dev.tenon.error.TenonException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.Collective;
import dev.tenon.spi.StreamEvent;
import dev.tenon.spi.Transport;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One rank of a group whose CUDA devices are connected by NCCL. Its communicator of NCCL's is made by the first collective on a
 * device, which becomes this rank's. Messages from one rank to another have a communicator of their own, since NCCL would have both
 * ranks call all that they do on one in the same order.
 */
final class NcclTransport extends ControlledTransport {
    private final NcclLibrary library;
    private final NcclMeeting meeting;
    private final Duration timeout;
    private final Map<Integer, NcclQueue> sending = new ConcurrentHashMap<>();
    private final Map<Integer, NcclQueue> receiving = new ConcurrentHashMap<>();
    private @Nullable NcclQueue collectives;
    private volatile @Nullable CommunicatorException failure;
    private volatile boolean closed;

    /** @param collectives null: to be made when it is needed */
    NcclTransport(Transport control, NcclLibrary library, @Nullable NcclQueue collectives, Duration timeout) {
        super(control);
        this.library = library;
        this.meeting = new NcclMeeting(library.api(), control, timeout);
        this.collectives = collectives;
        this.timeout = timeout;
    }

    @Override
    public String description() {
        return "NCCL " + library.version() + ", and " + control().description() + " for host memory";
    }

    /** NCCL's mean of integers would overflow in their own type; it passes through host memory, where it is defined. */
    @Override
    public boolean takes(Collective what, DType type, BackendDevice device) {
        boolean defined = what.reduction()
                .map(kind -> type.isFloat() || kind != ReduceKind.MEAN)
                .orElse(true);
        return defined && NcclQueue.canUse(device);
    }

    @Override
    public StreamEvent start(Collective what, @Nullable Tensor in, @Nullable Tensor out, List<StreamEvent> after) {
        String op = what.op();
        requireSound(op);
        Tensor one = in != null ? in : out;
        if (one == null || one.shape().elements() == 0) {
            return StreamEvent.PASSED;
        }
        try {
            BackendDevice device = one.device().backend();
            NcclQueue queue = switch (what) {
                case Collective.Send c -> pair(sending, c.to(), device, true);
                case Collective.Receive c -> pair(receiving, c.from(), device, false);
                case Collective.AllReduce _,
                        Collective.ReduceScatter _,
                        Collective.Reduce _,
                        Collective.AllGather _,
                        Collective.AllToAll _,
                        Collective.Broadcast _ -> group(device);
            };
            queue.queue(what, in, out, after);
            meeting.settle(queue.comm(), op);
            return new NcclEvent(queue.record(), queue.comm(), op);
        } catch (InvalidArgumentException e) {
            // Of this rank's own making, before anything was queued.
            throw e;
        } catch (TenonException e) {
            throw fail(op, e);
        }
    }

    private synchronized NcclQueue group(BackendDevice device) {
        NcclQueue queue = collectives;
        if (queue == null) {
            queue = meeting.join(device);
            collectives = queue;
        }
        return queue;
    }

    /** Messages of one direction between two ranks come from one thread at a time. */
    private NcclQueue pair(Map<Integer, NcclQueue> queues, int peer, BackendDevice device, boolean sends) {
        NcclQueue queue = queues.get(peer);
        if (queue == null) {
            queue = meeting.joinPair(device, peer, sends);
            queues.put(peer, queue);
        }
        return queue;
    }

    /** The end of a call on the device. */
    private final class NcclEvent implements StreamEvent {
        private final StreamEvent end;
        private final NcclComm comm;
        private final String op;

        NcclEvent(StreamEvent end, NcclComm comm, String op) {
            this.end = end;
            this.comm = comm;
            this.op = op;
        }

        @Override
        public boolean isDone() {
            return end.isDone();
        }

        @Override
        public void synchronize() {
            try {
                NcclWait.until(end::isDone, op, control(), () -> comm.isSettled(op), timeout);
                end.synchronize();
            } catch (TenonException e) {
                throw fail(op, e);
            }
        }
    }

    /** Ends the group, here and on the other ranks, and answers with what to throw. */
    private CommunicatorException fail(String op, TenonException cause) {
        CommunicatorException why = explain(op, cause);
        synchronized (this) {
            if (failure == null) {
                failure = why;
            }
        }
        abortAll();
        if (!(why instanceof RankFailedException)) {
            control().abort(String.valueOf(why.getMessage()));
        }
        return why;
    }

    private CommunicatorException explain(String op, TenonException cause) {
        if (cause instanceof NativeCallException call && call.code() == NcclApi.REMOTE_ERROR
                || cause instanceof ClosedException) {
            // NCCL knows that a rank is no more, and the transport that leads knows which, or soon will.
            Optional<CommunicatorException> known = meeting.whoFailed(op);
            if (known.isPresent()) {
                return known.get();
            }
        }
        CommunicatorException known = failure;
        if (cause instanceof ClosedException && known != null) {
            return known;
        }
        if (cause instanceof CollectiveTimeoutException late) {
            return late;
        }
        return cause instanceof CommunicatorException failed
                ? failed
                : new CommunicatorException(op + ": " + cause.getMessage(), cause);
    }

    private void abortAll() {
        List<NcclQueue> all = queues();
        all.forEach(NcclQueue::abort);
    }

    private synchronized List<NcclQueue> queues() {
        return Stream.of(
                        sending.values().stream(),
                        receiving.values().stream(),
                        Optional.ofNullable(collectives).stream())
                .flatMap(each -> each)
                .toList();
    }

    @Override
    public Transport split(int colour) {
        requireSound("split");
        Transport part = control().split(colour);
        NcclQueue whole = collectives;
        try {
            // All ranks have come to the same collectives, so all have a communicator to split or none has.
            NcclQueue queue = whole != null && library.api().canSplit() ? meeting.split(whole, colour, part) : null;
            return new NcclTransport(part, library, queue, timeout);
        } catch (TenonException e) {
            part.close();
            throw fail("split", e);
        }
    }

    @Override
    public void requireSound(String op) {
        if (closed) {
            throw new ClosedException(op + ": the communicator is closed");
        }
        CommunicatorException known = failure;
        if (known instanceof RankFailedException failed) {
            throw new RankFailedException(op, failed.failedRank(), failed.reason());
        }
        super.requireSound(op);
        if (known != null) {
            throw known;
        }
    }

    /** Also for calls on the device that nobody waits for just now. */
    @Override
    public void abort(String reason) {
        super.abort(reason);
        Thread.ofPlatform().daemon().name("abort of NCCL").start(this::abortAll);
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        try {
            requireSound("close");
        } catch (CommunicatorException unsound) {
            abortAll();
        }
        closed = true;
        try {
            queues().forEach(NcclQueue::close);
        } finally {
            super.close();
        }
    }
}
