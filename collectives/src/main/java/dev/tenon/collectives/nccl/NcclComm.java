package dev.tenon.collectives.nccl;

import dev.tenon.DType;
import dev.tenon.error.ClosedException;
import dev.tenon.error.DTypeException;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.error.NativeCallException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.Collective;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * One rank's communicator of NCCL's. Calls are queued on a CUDA stream and return at once; memory is given by device addresses.
 * NCCL takes one call of a communicator at a time, which the monitor sees to: an abort may come from another thread.
 */
final class NcclComm {
    /** {@code ncclInt8}: what is only moved is moved as bytes. */
    private static final int BYTES = 0;

    private final NcclApi api;
    private final long comm;
    private final int ranks;
    private boolean ended;

    NcclComm(NcclApi api, long comm, int ranks) {
        this.api = api;
        this.comm = comm;
        this.ranks = ranks;
    }

    /**
     * Queues a collective.
     *
     * @param in address of what is read; of what is written where that is nothing
     * @param count elements of the smaller one
     */
    synchronized void queue(Collective what, DType type, long in, long out, long count, long stream) {
        requireOpen(what.op());
        long bytes = type.bytes(count);
        switch (what) {
            case Collective.AllReduce c ->
                api.allReduce(in, out, count, typeOf("allReduce", type), opOf("allReduce", c.kind()), comm, stream);
            case Collective.ReduceScatter c ->
                api.reduceScatter(
                        in, out, count, typeOf("reduceScatter", type), opOf("reduceScatter", c.kind()), comm, stream);
            case Collective.Reduce c ->
                api.reduce(in, out, count, typeOf("reduce", type), opOf("reduce", c.kind()), c.root(), comm, stream);
            case Collective.AllGather _ -> api.allGather(in, out, bytes, BYTES, comm, stream);
            case Collective.Broadcast c -> api.broadcast(out, out, bytes, BYTES, c.root(), comm, stream);
            case Collective.AllToAll _ -> allToAll(in, out, bytes / ranks, stream);
            // Of a pair, whose other rank it is.
            case Collective.Send _ -> api.send(in, bytes, BYTES, 1, comm, stream);
            case Collective.Receive _ -> api.receive(out, bytes, BYTES, 0, comm, stream);
        }
    }

    /** Sends and receives in one group, as not all versions of NCCL have a call for it. */
    private void allToAll(long in, long out, long share, long stream) {
        api.groupStart();
        try {
            for (int r = 0; r < ranks; r++) {
                api.send(in + r * share, share, BYTES, r, comm, stream);
                api.receive(out + r * share, share, BYTES, r, comm, stream);
            }
        } finally {
            // Also after a failure: an open group would swallow all later calls of this thread.
            api.groupEnd();
        }
    }

    /** Begins to split it; the answer's address is in {@code made}. */
    synchronized void split(int colour, int key, MemorySegment made) {
        requireOpen("split");
        api.split(comm, colour, key, made);
    }

    /**
     * Whether what was begun on the host has ended; the device may still be at work.
     *
     * @throws NativeCallException if something went wrong, then or since
     */
    synchronized boolean isSettled(String op) {
        requireOpen(op);
        int code = api.asyncError(comm);
        if (code != 0 && code != NcclApi.IN_PROGRESS) {
            throw new NativeCallException("ncclCommGetAsyncError", code, api.describe(code), api.lastError());
        }
        return code == 0;
    }

    /** Ends it without waiting for others; kernels of its that wait are ended. */
    synchronized void abort() {
        if (!ended) {
            ended = true;
            api.abort(comm);
        }
    }

    /** Ends it after its calls. */
    synchronized void close() {
        if (!ended) {
            ended = true;
            api.destroy(comm);
        }
    }

    private void requireOpen(String op) {
        if (ended) {
            throw new ClosedException(op + ": the NCCL communicator is closed");
        }
    }

    /** {@code ncclDataType_t} of what is reduced. */
    private static int typeOf(String op, DType type) {
        return switch (type) {
            case I32 -> 2;
            case I64 -> 4;
            case F16 -> 6;
            case F32 -> 7;
            case BF16 -> 9;
            case F64, I16, I8, U8, BOOL, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K, Q6_K ->
                throw new DTypeException(op, "ranks do not reduce this type", List.of(type));
        };
    }

    /** {@code ncclRedOp_t}. */
    private static int opOf(String op, ReduceKind kind) {
        return switch (kind) {
            case SUM -> 0;
            case MAX -> 2;
            case MIN -> 3;
            case MEAN -> 4;
            case PRODUCT, SUM_SQUARES -> throw new InvalidArgumentException(op + ": ranks do not reduce by " + kind);
        };
    }
}
