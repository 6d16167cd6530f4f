package dev.tenon.spi;

import dev.tenon.memory.HostBuffer;
import dev.tenon.op.Op;
import dev.tenon.profile.Clock;
import java.lang.foreign.MemorySegment;
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

    /**
     * Runs an operator as {@link #execute} does and measures it. Called only while someone records, so that nothing need be
     * measured otherwise. A device with a clock of its own does not wait here but answers with times yet to come; without
     * one, as here, the operator is waited for, and the times are the host's.
     *
     * @throws dev.tenon.error.TenonException as {@link #execute} does
     */
    default OpTiming executeTimed(Op op) {
        long start = System.nanoTime();
        execute(op);
        synchronize();
        return OpTiming.of(new OpTimes(start, System.nanoTime(), Clock.HOST));
    }

    /** Prepares a list of operators, each checked and supported, for replay with one call. Runs none of them. */
    BackendGraph compile(List<Op> ops);

    /**
     * Copies host memory into a buffer of this device, in the order of this stream's work. It may still be under way when
     * this returns: memory off the heap must then stay alive and unchanged until the event is passed. Memory on the heap is
     * read before it returns. The segment may be confined to the calling thread.
     *
     * <p>As it stands here it serves devices whose buffers are host memory; any other overrides it.
     *
     * @throws dev.tenon.error.ShapeException if the bytes leave the buffer
     */
    default StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset) {
        MemorySegment target = ((HostBuffer) to).slice(toOffset, from.byteSize());
        synchronize();
        target.copyFrom(from);
        return StreamEvent.PASSED;
    }

    /**
     * Uploads memory that another device's work still fills: it is read once the event, a point of a stream of that device, is
     * passed. As it stands here the host waits for that.
     *
     * @throws dev.tenon.error.TenonException as {@link #upload(MemorySegment, DeviceBuffer, long)} does, or for a failure of the work waited for
     */
    default StreamEvent upload(MemorySegment from, DeviceBuffer to, long toOffset, StreamEvent filled) {
        filled.synchronize();
        return upload(from, to, toOffset);
    }

    /**
     * Copies a buffer's bytes into host memory, in the order of this stream's work. The bytes are there when the event is
     * passed, and the memory must stay alive until then; memory on the heap is filled when it returns. The segment may be
     * confined to the calling thread.
     *
     * <p>As it stands here it serves devices whose buffers are host memory; any other overrides it.
     *
     * @throws dev.tenon.error.ShapeException if the bytes leave the buffer
     */
    default StreamEvent download(DeviceBuffer from, long fromOffset, MemorySegment to) {
        MemorySegment source = ((HostBuffer) from).slice(fromOffset, to.byteSize());
        synchronize();
        to.copyFrom(source);
        return StreamEvent.PASSED;
    }

    /**
     * Copies bytes of another device's buffer into one of this device's without the host, where there is a way: after what is now on
     * {@code source}, a stream of that other device, and before what comes later on either stream.
     *
     * @return false if there is no direct way; then nothing was done
     */
    default boolean copyFrom(
            BackendStream source, DeviceBuffer from, long fromOffset, DeviceBuffer to, long toOffset, long bytes) {
        return false;
    }

    /** Marks this point of the queue. */
    StreamEvent record();

    /** Makes later work here wait for a point of another stream of this device. */
    void waitFor(StreamEvent event);

    /** Waits until all work given so far is done, and throws its failure if it had one. */
    void synchronize();

    @Override
    void close();
}
