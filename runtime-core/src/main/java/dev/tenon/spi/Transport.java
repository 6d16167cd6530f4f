package dev.tenon.spi;

import dev.tenon.DType;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.MemorySegment;

/**
 * One rank's connection to the others: blocking collectives over host memory. Sizes are checked by the caller and alike on
 * all ranks; an output is an input itself or does not touch it. Collectives come from one thread at a time; a send, a
 * receive and {@link #abort} may come from others meanwhile.
 *
 * <p>A rank that dies, aborts or does not come is a {@link dev.tenon.error.CommunicatorException}, and from then on every
 * call is one. Results are the same bits on every rank and in every run: ranks are combined in a fixed order, F16 and BF16
 * in F32.
 */
public interface Transport extends AutoCloseable {
    int rank();

    int size();

    /** What carries the data, for people, for example {@code shared memory}. */
    String description();

    /** {@code out} gets the reduction of all ranks' {@code in}. */
    void allReduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out);

    /** {@code out} gets this rank's share, one {@code size}-th, of the reduction of all ranks' {@code in}. */
    void reduceScatter(ReduceKind kind, DType type, MemorySegment in, MemorySegment out);

    /** {@code out} of rank {@code root} gets the reduction of all ranks' {@code in}; elsewhere {@code out} is empty. */
    void reduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out, int root);

    /** {@code out} gets all ranks' {@code in}, by rank. */
    void allGather(MemorySegment in, MemorySegment out);

    /** Share r of {@code in} goes to rank r; share r of {@code out} comes from rank r. */
    void allToAll(MemorySegment in, MemorySegment out);

    /** Every rank's {@code data} gets that of rank {@code root}. */
    void broadcast(MemorySegment data, int root);

    /** Returns when every rank has called it. */
    void barrier();

    /** Messages between two ranks arrive in the order sent; one may wait until it is received. */
    void send(MemorySegment data, int to);

    /** @throws dev.tenon.error.CommunicatorException if the message has another size */
    void receive(MemorySegment data, int from);

    /** Joins the ranks that give the same colour, in the order of their ranks here. Called by all ranks. */
    Transport split(int colour);

    /**
     * Throws what made the group unusable, if anything did; looks whether other ranks still are, as far as it can tell without
     * waiting. Callable from any thread.
     *
     * @param op what this rank is doing, to be named in the error
     */
    void requireSound(String op);

    /** Makes every rank's calls, present and later, fail with {@code reason} and this rank's number. Never waits. */
    void abort(String reason);

    /** Leaves. Others that wait for this rank, or will, get an error. */
    @Override
    void close();
}
