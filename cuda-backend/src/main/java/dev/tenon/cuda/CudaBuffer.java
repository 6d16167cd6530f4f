package dev.tenon.cuda;

import dev.tenon.spi.DeviceBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Memory of a CUDA device. It comes from the default stream's order; a stream that uses it for the first time waits for that
 * point, and it goes back in the order of a stream that has waited for all others that used it. So nobody waits on the host.
 */
final class CudaBuffer implements DeviceBuffer {
    private final CudaDevice device;
    private final long bytes;
    private final long pointer;
    /** The streams whose work used it; nearly always one. */
    private final List<CudaStream> users = new ArrayList<>(1);

    CudaBuffer(CudaDevice device, long bytes, long pointer) {
        this.device = device;
        this.bytes = bytes;
        this.pointer = pointer;
    }

    CudaDevice device() {
        return device;
    }

    /** Its address on the device. */
    long pointer() {
        return pointer;
    }

    @Override
    public long bytes() {
        return bytes;
    }

    /** Says that work of {@code stream} is about to use it. */
    synchronized void usedBy(CudaStream stream) {
        if (!users.contains(stream)) {
            if (stream != device.home()) {
                stream.follow(device.home());
            }
            users.add(stream);
        }
    }

    @Override
    public synchronized void close() {
        CudaStream last = device.home();
        for (CudaStream user : users) {
            // A stream that is closed was waited for.
            if (user != last && !user.isClosed()) {
                last.follow(user);
            }
        }
        device.release(pointer);
    }
}
