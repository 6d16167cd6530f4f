package dev.tenon;

import dev.tenon.error.ClosedException;
import dev.tenon.spi.DeviceBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A buffer with its device, its users and its end. Operators in flight and captured graphs hold it; closing it while it
 * is held takes effect when the last of them lets go, so memory is never reused under a running kernel.
 */
final class Storage {
    private static final int CLOSED = Integer.MIN_VALUE;
    private static final VarHandle USERS;

    static {
        try {
            USERS = MethodHandles.lookup().findVarHandle(Storage.class, "users", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Device device;
    final DeviceBuffer buffer;
    final @Nullable Throwable origin;

    /** How many hold it; the sign bit says that it is closed. */
    @SuppressWarnings("unused")
    private volatile int users;

    Storage(Device device, DeviceBuffer buffer) {
        this.device = device;
        this.buffer = buffer;
        this.origin = device.track(this);
    }

    /**
     * @param user the operator to name in the error
     * @throws ClosedException if it is closed
     */
    void acquire(String user, Tensor tensor) {
        while (true) {
            int now = users;
            if (now < 0) {
                throw new ClosedException(user + ": tensor " + tensor.spec() + " is closed");
            }
            if (USERS.compareAndSet(this, now, now + 1)) {
                return;
            }
        }
    }

    void release() {
        int before = (int) USERS.getAndAdd(this, -1);
        if (before - 1 == CLOSED) {
            free();
        }
    }

    boolean isClosed() {
        return users < 0;
    }

    /** Closing twice does nothing. */
    void close() {
        while (true) {
            int now = users;
            if (now < 0) {
                return;
            }
            if (USERS.compareAndSet(this, now, now | CLOSED)) {
                if (now == 0) {
                    free();
                }
                return;
            }
        }
    }

    private void free() {
        device.untrack(this);
        buffer.close();
    }
}
