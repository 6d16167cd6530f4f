package dev.tenon.collectives.nccl;

import dev.tenon.DType;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.ReduceKind;
import java.util.List;

/**
 * One rank of an NCCL group. Calls are queued on a CUDA stream and return at once; memory is given by device addresses, and
 * must stay until the stream has passed the call. What went wrong on the device since is thrown by the next call.
 */
public final class NcclRank implements AutoCloseable {
    private final NcclApi api;
    private final long comm;
    private final int rank;
    private final int ranks;
    private boolean closed;

    NcclRank(NcclApi api, long comm, int rank, int ranks) {
        this.api = api;
        this.comm = comm;
        this.rank = rank;
        this.ranks = ranks;
    }

    public int rank() {
        return rank;
    }

    public int size() {
        return ranks;
    }

    /** {@code out} gets the reduction of all ranks' {@code in}; may be in place. Counts are elements. */
    public void allReduce(ReduceKind kind, DType type, long in, long out, long count, long stream) {
        requireSound("allReduce");
        api.allReduce(in, out, count, typeOf("allReduce", type), opOf("allReduce", kind), comm, stream);
    }

    /** @param share elements of {@code out}; {@code in} has as many for each rank */
    public void reduceScatter(ReduceKind kind, DType type, long in, long out, long share, long stream) {
        requireSound("reduceScatter");
        api.reduceScatter(in, out, share, typeOf("reduceScatter", type), opOf("reduceScatter", kind), comm, stream);
    }

    public void reduce(ReduceKind kind, DType type, long in, long out, long count, int root, long stream) {
        requireSound("reduce");
        requireRank("reduce", root);
        api.reduce(in, out, count, typeOf("reduce", type), opOf("reduce", kind), root, comm, stream);
    }

    /** @param count elements of {@code in}; {@code out} has room for as many of each rank */
    public void allGather(DType type, long in, long out, long count, long stream) {
        requireSound("allGather");
        api.allGather(in, out, count, typeOf("allGather", type), comm, stream);
    }

    public void broadcast(DType type, long data, long count, int root, long stream) {
        requireSound("broadcast");
        requireRank("broadcast", root);
        api.broadcast(data, data, count, typeOf("broadcast", type), root, comm, stream);
    }

    public void send(DType type, long data, long count, int to, long stream) {
        requireSound("send");
        requireRank("send", to);
        api.send(data, count, typeOf("send", type), to, comm, stream);
    }

    public void receive(DType type, long data, long count, int from, long stream) {
        requireSound("receive");
        requireRank("receive", from);
        api.receive(data, count, typeOf("receive", type), from, comm, stream);
    }

    /** Share r of {@code in} goes to rank r: sends and receives in one group, as NCCL has no call for it. */
    public void allToAll(DType type, long in, long out, long share, long stream) {
        long bytes = type.bytes(share);
        group(() -> {
            for (int r = 0; r < ranks; r++) {
                send(type, in + r * bytes, share, r, stream);
                receive(type, out + r * bytes, share, r, stream);
            }
        });
    }

    /** Calls of {@code body} become one: needed where they wait for each other, and for several ranks of one thread. */
    public void group(Runnable body) {
        requireSound("group");
        api.groupStart();
        try {
            body.run();
        } finally {
            // Also after a failure: an open group would swallow all later calls of this thread.
            api.groupEnd();
        }
    }

    /** Ends this rank's part without waiting for others; their calls then fail by their own checks. Callable by any thread. */
    public synchronized void abort() {
        if (!closed) {
            closed = true;
            api.abort(comm);
        }
    }

    /** Ends it after its calls. */
    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            api.destroy(comm);
        }
    }

    private synchronized void requireSound(String op) {
        if (closed) {
            throw new ClosedException(op + ": the NCCL communicator is closed");
        }
        int code = api.asyncError(comm);
        // 7 is ncclInProgress.
        if (code != 0 && code != 7) {
            abort();
            throw new CommunicatorException(op + ": NCCL failed with " + code + " (" + api.describe(code) + ")");
        }
    }

    private void requireRank(String op, int other) {
        if (other < 0 || other >= ranks) {
            throw new InvalidArgumentException(op + ": there is no rank " + other + " among " + ranks);
        }
    }

    /** {@code ncclDataType_t}. */
    private static int typeOf(String op, DType type) {
        return switch (type) {
            case I8 -> 0;
            case U8, BOOL -> 1;
            case I32 -> 2;
            case I64 -> 4;
            case F16 -> 6;
            case F32 -> 7;
            case F64 -> 8;
            case BF16 -> 9;
            case I16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new DTypeException(op, "NCCL has no such type", List.of(type));
        };
    }

    /** {@code ncclRedOp_t}. */
    private static int opOf(String op, ReduceKind kind) {
        return switch (kind) {
            case SUM -> 0;
            case PRODUCT -> 1;
            case MAX -> 2;
            case MIN -> 3;
            case MEAN -> 4;
            case SUM_SQUARES -> throw new InvalidArgumentException(op + ": NCCL has no " + kind);
        };
    }
}
