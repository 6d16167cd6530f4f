package dev.tenon.opencl;

import dev.tenon.error.ShapeException;
import dev.tenon.spi.DeviceBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Memory of an OpenCL device. Knows which streams' work it is part of, so that it is not reused under that. */
final class OpenClBuffer implements DeviceBuffer {
    private final OpenClDevice device;
    private final long bytes;
    private final long handle;
    private final OpenClPool.@Nullable Block block;

    /** The stream whose work used it last. */
    private @Nullable OpenClStream user;

    private boolean severalUsers;

    OpenClBuffer(OpenClDevice device, long bytes, OpenClPool.Block block) {
        this.device = device;
        this.bytes = bytes;
        this.handle = block.handle;
        this.block = block;
    }

    /** Host memory that the device uses in place. */
    OpenClBuffer(OpenClDevice device, long bytes, long handle) {
        this.device = device;
        this.bytes = bytes;
        this.handle = handle;
        this.block = null;
    }

    long handle() {
        return handle;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    void checkRange(String op, long offset, long count) {
        if (offset < 0 || offset > bytes - count) {
            throw new ShapeException(op, count + " bytes at " + offset + " leave a buffer of " + bytes, List.of());
        }
    }

    /** Says that work of {@code stream} is about to use it. */
    synchronized void usedBy(OpenClStream stream) {
        if (user == stream) {
            return;
        }
        if (user == null) {
            if (block != null && block.queuedOn != null && block.queuedOn != stream) {
                stream.waitFor(block.queuedOn.record());
            }
        } else {
            severalUsers = true;
        }
        user = stream;
    }

    @Override
    public synchronized void close() {
        if (severalUsers || block == null) {
            device.synchronizeStreams();
        }
        if (block == null) {
            device.releaseWrapped(handle);
        } else {
            // A block that nobody has used is still in the hands of its owner before.
            device.pool().release(block, user == null ? block.queuedOn : severalUsers ? null : user);
        }
    }
}
