package dev.tenon.opencl;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Runs compilers: what LLVM makes of an unrolled kernel recurses deeper than the stack of a Java thread (1 MiB) may hold, and
 * native code that overflows it ends the process.
 */
final class DeepStack {
    private static final long BYTES = 64L << 20;

    private DeepStack() {}

    /** Runs on a thread with a large stack and waits for it; what the work throws is thrown here. */
    static <T> T call(Supplier<T> work) {
        CompletableFuture<T> result = new CompletableFuture<>();
        Thread thread = new Thread(
                null,
                () -> {
                    try {
                        result.complete(work.get());
                    } catch (RuntimeException | Error e) {
                        result.completeExceptionally(e);
                    }
                },
                "tenon-opencl-compiler",
                BYTES);
        thread.setDaemon(true);
        thread.start();
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e;
        }
    }
}
