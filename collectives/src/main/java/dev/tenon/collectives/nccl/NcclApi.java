package dev.tenon.collectives.nccl;

import java.lang.foreign.MemorySegment;

/**
 * NCCL's functions. Communicators, CUDA streams and device memory are addresses. Communicators do not block: a call that goes on
 * behind the caller's back returns at once, and {@link #asyncError} says when it has ended and how. What fails at once is a {@link
 * dev.tenon.error.NativeCallException} with the function's name.
 */
interface NcclApi {
    /** Bytes of a unique id, which is passed by value. */
    int UNIQUE_ID = 128;

    /** {@code ncclRemoteError}: another process ended, or the network did. */
    int REMOTE_ERROR = 6;

    /** {@code ncclInProgress}. */
    int IN_PROGRESS = 7;

    NcclVersion version();

    /** A new id, for rank 0 to make and all ranks to know. */
    void uniqueId(MemorySegment id);

    /**
     * Begins to join the ranks that have the id, on the calling thread's current CUDA device.
     *
     * @param comm where the communicator's address is written
     */
    void join(MemorySegment comm, int ranks, MemorySegment id, int rank);

    /** Whether {@link #split} is there: from 2.18 on. */
    boolean canSplit();

    /** Begins to join the ranks of a communicator that give the same colour, in the order of their keys. */
    void split(long comm, int colour, int key, MemorySegment made);

    void groupStart();

    void groupEnd();

    void allReduce(long in, long out, long count, int type, int op, long comm, long stream);

    void reduceScatter(long in, long out, long countOfShare, int type, int op, long comm, long stream);

    void reduce(long in, long out, long count, int type, int op, int root, long comm, long stream);

    void allGather(long in, long out, long count, int type, long comm, long stream);

    void broadcast(long in, long out, long count, int type, int root, long comm, long stream);

    void send(long data, long count, int type, int to, long comm, long stream);

    void receive(long data, long count, int type, int from, long comm, long stream);

    /** The code of what goes on or went wrong behind the caller's back: 0 is nothing. */
    int asyncError(long comm);

    /** What a code means. */
    String describe(int code);

    /** What the library says of the last failure; may be empty. */
    String lastError();

    /** Frees a communicator after its work. */
    void destroy(long comm);

    /** Frees it without waiting: kernels that wait for other ranks are ended. */
    void abort(long comm);
}
