package dev.tenon.comm;

import dev.tenon.error.ClosedException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Runs calls in the order in which they come. A blocking call runs on its caller's thread, unless asynchronous ones are
 * before it; these have a thread of the lane's own, started when the first comes.
 */
final class Lane {
    private final String name;
    private final ReentrantLock lock = new ReentrantLock();

    /** What was submitted and has not ended. Rises under the lock. */
    private volatile int pending;

    private @Nullable ExecutorService worker;
    private boolean closed;

    Lane(String name) {
        this.name = name;
    }

    void run(Runnable call) {
        PendingCollective later;
        lock.lock();
        try {
            if (pending == 0) {
                requireOpen();
                call.run();
                return;
            }
            later = enqueue(call);
        } finally {
            lock.unlock();
        }
        later.await();
    }

    PendingCollective submit(Runnable call) {
        lock.lock();
        try {
            return enqueue(call);
        } finally {
            lock.unlock();
        }
    }

    private PendingCollective enqueue(Runnable call) {
        requireOpen();
        if (worker == null) {
            worker = Executors.newSingleThreadExecutor(
                    Thread.ofPlatform().daemon().name(name).factory());
        }
        pending++;
        return new PendingCollective(CompletableFuture.runAsync(
                () -> {
                    try {
                        call.run();
                    } finally {
                        ended();
                    }
                },
                worker));
    }

    private void ended() {
        lock.lock();
        try {
            pending--;
        } finally {
            lock.unlock();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new ClosedException(name + " is closed");
        }
    }

    /** Waits for what was submitted, and takes no more. */
    void close() {
        ExecutorService ending;
        lock.lock();
        try {
            closed = true;
            ending = worker;
        } finally {
            lock.unlock();
        }
        if (ending != null) {
            ending.shutdown();
            boolean interrupted = false;
            while (true) {
                try {
                    // Each call ends within the communicator's timeout.
                    if (ending.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS)) {
                        break;
                    }
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
