package dev.tenon.comm;

import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.Collective;
import dev.tenon.spi.Transport;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * This rank's end of a group of ranks that compute together. From {@link Communicators} or {@link #split}.
 *
 * <p>All ranks call the same collectives in the same order. A rank's asynchronous and blocking calls run in the order in
 * which it makes them; the {@code Async} forms return at once. Inputs may be views; what is written must be contiguous, and
 * is the input itself or does not touch it. Reductions are SUM, MEAN, MAX and MIN over F32, BF16, F16, I32 and I64; what
 * only moves data takes any type. NaN wins in MAX and MIN. Integers' sums wrap; their mean is that of the exact sum, rounded
 * towards zero, and so never wraps: MPI has none, PyTorch refuses it, NCCL's is of a sum that has wrapped, which is of no use.
 *
 * <p>A call waits for what was queued on its tensors' devices by the calling thread. When it returns, or an asynchronous
 * one's {@link PendingCollective#await} does, the output is there for whatever is queued later. Where tensors stay on devices
 * ({@link Communicators#ofDevices}, NCCL), all ranks' tensors of a call are on such devices or none is.
 *
 * <p>Results are the same bits on every rank and each time: ranks are combined in a fixed order, F16 and BF16 in F32.
 *
 * <p>Tensors that a call cannot take are a {@link dev.tenon.error.ShapeException}, a {@link dev.tenon.error.DTypeException}
 * or an {@link InvalidArgumentException} on this rank; nothing was exchanged then. A rank that died, left or aborted is a
 * {@link dev.tenon.error.RankFailedException}, one that does not come in time a {@link
 * dev.tenon.error.CollectiveTimeoutException}, and calls that differ, in the checking mode, a {@link
 * dev.tenon.error.CollectiveMismatchException}; after one of these every call fails.
 */
public final class Communicator implements AutoCloseable {
    private final Transport transport;
    private final boolean checked;
    private final Lane collectives;
    private final Map<Integer, Lane> sends = new ConcurrentHashMap<>();
    private final Map<Integer, Lane> receives = new ConcurrentHashMap<>();
    private final CallAgreement agreement;

    /** Wraps a transport's end; {@link Communicators} does this for those that it finds. */
    public Communicator(Transport transport, boolean checked) {
        this.transport = transport;
        this.checked = checked;
        this.collectives = new Lane("collectives of rank " + transport.rank());
        this.agreement = new CallAgreement(transport);
    }

    /** This rank: 0 to {@code size() - 1}. */
    public int rank() {
        return transport.rank();
    }

    /** Ranks in the group. */
    public int size() {
        return transport.size();
    }

    /** What carries the data, for people. */
    public String transport() {
        return transport.description();
    }

    /** Every rank's {@code out} gets the reduction of all ranks' {@code in}; one shape. */
    public void allReduce(ReduceKind kind, Tensor in, Tensor out) {
        collectives.run(allReduceCall(kind, in, out));
    }

    /** {@link #allReduce(ReduceKind, Tensor, Tensor)} in place. */
    public void allReduce(ReduceKind kind, Tensor data) {
        allReduce(kind, data, data);
    }

    public PendingCollective allReduceAsync(ReduceKind kind, Tensor in, Tensor out) {
        return collectives.submit(allReduceCall(kind, in, out));
    }

    private CollectiveCall allReduceCall(ReduceKind kind, Tensor in, Tensor out) {
        CollectiveCheck.reducible("allReduce", kind, in.dtype());
        CollectiveCheck.alike("allReduce", in, out);
        return call(new Collective.AllReduce(kind), in, out);
    }

    /** {@code in} is [size * n, ...] on every rank; {@code out}, [n, ...], gets this rank's share of their reduction. */
    public void reduceScatter(ReduceKind kind, Tensor in, Tensor out) {
        collectives.run(reduceScatterCall(kind, in, out));
    }

    public PendingCollective reduceScatterAsync(ReduceKind kind, Tensor in, Tensor out) {
        return collectives.submit(reduceScatterCall(kind, in, out));
    }

    private CollectiveCall reduceScatterCall(ReduceKind kind, Tensor in, Tensor out) {
        CollectiveCheck.reducible("reduceScatter", kind, in.dtype());
        CollectiveCheck.shares("reduceScatter", out, in, size());
        return call(new Collective.ReduceScatter(kind), in, out);
    }

    /** {@code in} is [n, ...] on every rank; {@code out}, [size * n, ...], gets them all, by rank. */
    public void allGather(Tensor in, Tensor out) {
        collectives.run(allGatherCall(in, out));
    }

    public PendingCollective allGatherAsync(Tensor in, Tensor out) {
        return collectives.submit(allGatherCall(in, out));
    }

    private CollectiveCall allGatherCall(Tensor in, Tensor out) {
        CollectiveCheck.shares("allGather", in, out, size());
        return call(new Collective.AllGather(), in, out);
    }

    /** Every rank's {@code data} gets that of rank {@code root}. */
    public void broadcast(Tensor data, int root) {
        collectives.run(broadcastCall(data, root));
    }

    public PendingCollective broadcastAsync(Tensor data, int root) {
        return collectives.submit(broadcastCall(data, root));
    }

    private CollectiveCall broadcastCall(Tensor data, int root) {
        CollectiveCheck.root("broadcast", root, size());
        return call(new Collective.Broadcast(root), null, data);
    }

    /** Rank {@code root}'s {@code out} gets the reduction of all ranks' {@code in}; elsewhere {@code out} may be null. */
    public void reduce(ReduceKind kind, Tensor in, @Nullable Tensor out, int root) {
        collectives.run(reduceCall(kind, in, out, root));
    }

    public PendingCollective reduceAsync(ReduceKind kind, Tensor in, @Nullable Tensor out, int root) {
        return collectives.submit(reduceCall(kind, in, out, root));
    }

    private CollectiveCall reduceCall(ReduceKind kind, Tensor in, @Nullable Tensor out, int root) {
        CollectiveCheck.root("reduce", root, size());
        CollectiveCheck.reducible("reduce", kind, in.dtype());
        if (rank() != root) {
            return call(new Collective.Reduce(kind, root), in, null);
        }
        if (out == null) {
            throw new InvalidArgumentException("reduce: the root needs an output");
        }
        CollectiveCheck.alike("reduce", in, out);
        return call(new Collective.Reduce(kind, root), in, out);
    }

    /** Both [size * n, ...]: share r along axis 0 of {@code in} goes to rank r, share r of {@code out} comes from it. */
    public void allToAll(Tensor in, Tensor out) {
        collectives.run(allToAllCall(in, out));
    }

    public PendingCollective allToAllAsync(Tensor in, Tensor out) {
        return collectives.submit(allToAllCall(in, out));
    }

    private CollectiveCall allToAllCall(Tensor in, Tensor out) {
        CollectiveCheck.alike("allToAll", in, out);
        CollectiveCheck.divisible("allToAll", in, size());
        return call(new Collective.AllToAll(), in, out);
    }

    /** Returns when every rank has called it. */
    public void barrier() {
        run(() -> {
            agree(() -> "barrier");
            transport.barrier();
        });
    }

    /** Sends to a rank that receives as many bytes; may wait until it does. Messages to one rank keep their order. */
    public void send(Tensor data, int to) {
        lane(sends, "messages to", to).run(sendCall(data, to));
    }

    public PendingCollective sendAsync(Tensor data, int to) {
        return lane(sends, "messages to", to).submit(sendCall(data, to));
    }

    private CollectiveCall sendCall(Tensor data, int to) {
        CollectiveCheck.peer("send", to, rank(), size());
        return call(new Collective.Send(to), data, null);
    }

    /** Receives what rank {@code from} sends. */
    public void receive(Tensor data, int from) {
        lane(receives, "messages from", from).run(receiveCall(data, from));
    }

    public PendingCollective receiveAsync(Tensor data, int from) {
        return lane(receives, "messages from", from).submit(receiveCall(data, from));
    }

    private CollectiveCall receiveCall(Tensor data, int from) {
        CollectiveCheck.peer("receive", from, rank(), size());
        return call(new Collective.Receive(from), null, data);
    }

    /**
     * A communicator of the ranks that give the same colour, in the order of their ranks here. Called by all ranks, like a
     * collective; close it before this one.
     *
     * @param colour 0 or more
     */
    public Communicator split(int colour) {
        if (colour < 0) {
            throw new InvalidArgumentException("split: a colour must be 0 or more, not " + colour);
        }
        Transport[] group = new Transport[1];
        run(() -> {
            agree(() -> "split");
            group[0] = transport.split(colour);
        });
        return new Communicator(group[0], checked);
    }

    /**
     * Makes calls on every rank of this group, present and later, fail with a {@link dev.tenon.error.RankFailedException}
     * that names this rank. Callable from any thread; never waits.
     */
    public void abort(String reason) {
        transport.abort(reason);
    }

    /** Ends this rank's part, after its pending calls. Other ranks' calls that need it fail from then on. */
    @Override
    public void close() {
        collectives.close();
        sends.values().forEach(Lane::close);
        receives.values().forEach(Lane::close);
        transport.close();
    }

    /** In the checking mode: compares calls. */
    void agree(Supplier<String> description) {
        if (checked) {
            agreement.require(description.get());
        }
    }

    private CollectiveCall call(Collective what, @Nullable Tensor in, @Nullable Tensor out) {
        return new CollectiveCall(this, transport, what, in, out);
    }

    /** What has no tensors, in the order of the collectives. */
    private void run(Runnable body) {
        collectives.run(new Lane.Call() {
            @Override
            public @Nullable Runnable start() {
                body.run();
                return null;
            }

            @Override
            public void release() {}
        });
    }

    private Lane lane(Map<Integer, Lane> lanes, String what, int peer) {
        return lanes.computeIfAbsent(peer, rank -> new Lane(what + " rank " + rank));
    }

    @Override
    public String toString() {
        return "rank " + rank() + " of " + size() + " over " + transport.description();
    }
}
