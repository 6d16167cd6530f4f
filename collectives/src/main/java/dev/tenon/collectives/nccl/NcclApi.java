package dev.tenon.collectives.nccl;

import java.lang.foreign.MemorySegment;

/**
 * NCCL's functions. Communicators, CUDA streams and device memory are addresses. What fails is a {@link
 * dev.tenon.error.NativeCallException} with the function's name.
 */
interface NcclApi {
    /** Bytes of a unique id, which is passed by value. */
    int UNIQUE_ID = 128;

    NcclVersion version();

    /** A new id, for rank 0 to make and all ranks to know. */
    void uniqueId(MemorySegment id);

    /** Joins the ranks that have the id, on the calling thread's current CUDA device; returns when all have come. */
    long join(int ranks, MemorySegment id, int rank);

    void groupStart();

    void groupEnd();

    void allReduce(long in, long out, long count, int type, int op, long comm, long stream);

    void reduceScatter(long in, long out, long countOfShare, int type, int op, long comm, long stream);

    void reduce(long in, long out, long count, int type, int op, int root, long comm, long stream);

    void allGather(long in, long out, long count, int type, long comm, long stream);

    void broadcast(long in, long out, long count, int type, int root, long comm, long stream);

    void send(long data, long count, int type, int to, long comm, long stream);

    void receive(long data, long count, int type, int from, long comm, long stream);

    /** The code of what went wrong behind the caller's back: 0 is nothing. */
    int asyncError(long comm);

    String describe(int code);

    /** Frees a communicator after its work. */
    void destroy(long comm);

    /** Frees it without waiting: kernels that wait for other ranks are ended. */
    void abort(long comm);
}
