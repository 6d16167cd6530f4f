package dev.tenon.comm;

import dev.tenon.error.CommunicatorException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A collective on its way. Its tensors belong to it until {@link #await} returns: inputs must not be written, outputs
 * neither read nor written.
 */
public final class PendingCollective {
    private final CompletableFuture<Void> done;

    PendingCollective(CompletableFuture<Void> done) {
        this.done = done;
    }

    /** Whether it ended, well or not. */
    public boolean isDone() {
        return done.isDone();
    }

    /**
     * Waits until the outputs hold the result.
     *
     * @throws dev.tenon.error.TenonException why it failed
     */
    public void await() {
        try {
            done.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error failure) {
                throw failure;
            }
            throw new CommunicatorException("a collective failed", e.getCause());
        }
    }
}
