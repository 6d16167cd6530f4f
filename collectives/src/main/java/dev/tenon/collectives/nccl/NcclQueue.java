package dev.tenon.collectives.nccl;

import dev.tenon.Tensor;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.op.Copy;
import dev.tenon.spi.BackendDevice;
import dev.tenon.spi.BackendStream;
import dev.tenon.spi.Collective;
import dev.tenon.spi.DeviceBuffer;
import dev.tenon.spi.NativeStream;
import dev.tenon.spi.StreamEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A communicator of NCCL's and the stream that its calls are queued on, in their order: a stream of its own, so that what else the
 * device does goes on beside them.
 */
final class NcclQueue {
    private final BackendDevice device;
    private final NativeStream stream;
    private final NcclComm comm;

    NcclQueue(BackendDevice device, NativeStream stream, NcclComm comm) {
        this.device = device;
        this.stream = stream;
        this.comm = comm;
    }

    /** Whether NCCL can use a device's streams and memory. */
    static boolean canUse(BackendDevice device) {
        return device.defaultStream() instanceof NativeStream stream
                && stream.platform().equals(NativeStream.CUDA);
    }

    /** A new stream of a device that NCCL can use. */
    static NativeStream openStream(BackendDevice device) {
        BackendStream stream = device.openStream();
        if (stream instanceof NativeStream usable) {
            return usable;
        }
        stream.close();
        throw new InvalidArgumentException(
                device.properties().name() + " has a default stream that NCCL can use, and others that it cannot");
    }

    NcclComm comm() {
        return comm;
    }

    BackendDevice device() {
        return device;
    }

    /** Queues a call after points of the device's streams. */
    void queue(Collective what, @Nullable Tensor in, @Nullable Tensor out, List<StreamEvent> after) {
        Tensor one = in != null ? in : out;
        if (one == null) {
            throw new AssertionError(what + " without tensors");
        }
        if (one.device().backend() != device) {
            throw new InvalidArgumentException(
                    what.op() + ": a tensor on " + one.device().name() + ", and this rank's device is "
                            + device.properties().name());
        }
        after.forEach(stream::waitFor);
        if (what instanceof Collective.AllToAll
                && in != null
                && out != null
                && in.layout().offset() == out.layout().offset()
                && in.buffer() == out.buffer()) {
            // NCCL reads shares while it writes others.
            Tensor copy = Tensor.empty(in.device(), in.dtype(), in.shape());
            try {
                stream.execute(new Copy(in, copy));
                submit(what, copy, out);
            } finally {
                copy.close();
            }
        } else {
            submit(what, in, out);
        }
    }

    private void submit(Collective what, @Nullable Tensor in, @Nullable Tensor out) {
        List<DeviceBuffer> buffers = new ArrayList<>();
        if (in != null) {
            buffers.add(in.buffer());
        }
        if (out != null) {
            buffers.add(out.buffer());
        }
        Tensor smaller =
                in == null || out != null && out.shape().elements() < in.shape().elements() ? out : in;
        if (smaller == null) {
            throw new AssertionError(what + " without tensors");
        }
        long count = smaller.shape().elements();
        stream.submitNative(buffers, (handle, addresses) -> {
            long from = in == null ? 0 : addresses[0] + start(in);
            long to = out == null ? 0 : addresses[addresses.length - 1] + start(out);
            comm.queue(what, smaller.dtype(), from, to, count, handle);
        });
    }

    private static long start(Tensor tensor) {
        return tensor.dtype().bytes(tensor.layout().offset());
    }

    /** Marks the end of what is queued. */
    StreamEvent record() {
        return stream.record();
    }

    /** Ends the communicator without waiting for others. */
    void abort() {
        comm.abort();
    }

    /** Ends it all, after the communicator's calls or what an abort left of them. */
    void close() {
        try {
            comm.close();
        } finally {
            stream.close();
        }
    }
}
