package dev.tenon.comm;

import dev.tenon.Tensor;
import dev.tenon.TensorHold;
import dev.tenon.error.InvalidArgumentException;
import dev.tenon.memory.HostBuffer;
import dev.tenon.spi.StreamEvent;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A contiguous tensor as a transport sees it: itself, for one that takes it on its device; else its own memory where that is the
 * host's, or a copy there. Holds the tensor until closed.
 */
final class CallData implements AutoCloseable {
    private final Tensor tensor;
    private final TensorHold hold;
    private final long offset;
    private final long bytes;
    private final boolean onHost;
    private final StreamEvent written;

    private @Nullable Arena staging;
    private MemorySegment segment = MemorySegment.NULL;

    /** Marks the tensor's place in the calling thread's stream: what was queued before is waited for. */
    CallData(String op, Tensor tensor) {
        this.tensor = tensor;
        this.hold = TensorHold.of(tensor, op);
        this.offset = tensor.dtype().bytes(tensor.layout().offset());
        this.bytes = tensor.dtype().bytes(tensor.shape().elements());
        this.onHost = tensor.buffer() instanceof HostBuffer;
        if (tensor.buffer() instanceof HostBuffer host) {
            segment = host.segment().asSlice(offset, bytes);
        }
        // Host devices, too, may queue work.
        this.written = tensor.device().record();
    }

    Tensor tensor() {
        return tensor;
    }

    /** Where the calling thread's stream was when the call was made. */
    StreamEvent written() {
        return written;
    }

    /** The memory, once all earlier work on it is done. */
    @SuppressWarnings("MustBeClosedChecker") // close() ends the arena
    MemorySegment open(boolean read) {
        written.synchronize();
        if (!onHost) {
            staging = Arena.ofShared();
            segment = staging.allocate(bytes, 64);
            if (read && bytes > 0) {
                tensor.device().backend().download(tensor.buffer(), offset, segment);
            }
        }
        return segment;
    }

    /** Brings what was written to the copy to the tensor. */
    void commit() {
        if (staging != null && bytes > 0) {
            tensor.device().backend().upload(segment, tensor.buffer(), offset);
        }
    }

    /** Both are the same memory, or do not touch. */
    static void requireNoOverlap(String op, CallData in, CallData out) {
        if (in.tensor.buffer() != out.tensor.buffer()) {
            long a = in.segment.address();
            long b = out.segment.address();
            boolean host = in.onHost && out.onHost;
            if (!host || a == b && in.bytes == out.bytes || a + in.bytes <= b || b + out.bytes <= a) {
                return;
            }
        } else if (in.offset == out.offset && in.bytes == out.bytes
                || in.offset + in.bytes <= out.offset
                || out.offset + out.bytes <= in.offset) {
            return;
        }
        throw new InvalidArgumentException(op + ": input and output overlap in part");
    }

    @Override
    public void close() {
        if (staging != null) {
            staging.close();
        }
        hold.close();
    }
}
