package dev.tenon;

import dev.tenon.error.InvalidArgumentException;

/**
 * Keeps a tensor's memory for work that no operator does, for example a transfer in the background. Closing the tensor
 * meanwhile takes effect when the hold is closed. Close it once.
 */
public final class TensorHold implements AutoCloseable {
    private final Storage storage;

    private TensorHold(Storage storage) {
        this.storage = storage;
    }

    /**
     * Keeps the memory until the answer is closed.
     *
     * @param user what uses it, to be named in errors
     * @throws dev.tenon.error.ClosedException if the tensor is closed
     * @throws InvalidArgumentException inside a capture, where nothing has run yet
     */
    public static TensorHold of(Tensor tensor, String user) {
        if (ThreadState.current().recorder != null) {
            throw new InvalidArgumentException(user + ": a capture records operators only; call it after the replay");
        }
        tensor.storage().acquire(user, tensor);
        return new TensorHold(tensor.storage());
    }

    @Override
    public void close() {
        storage.release();
    }
}
