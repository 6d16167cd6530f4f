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
 * before it; these have a thread of the lane's own, started when the first comes. What devices go on with by themselves is
 * waited for by another thread, so that the next call can begin meanwhile.
 */
final class Lane {
    /** Work that may go on without this thread. */
    interface Call {
        /** Does it or begins it. What is left is to wait for its end; null where nothing is. */
        @Nullable
        Runnable start();

        /** Instead of {@link #start}, where it cannot be called. */
        void release();
    }

    private final String name;
    private final ReentrantLock lock = new ReentrantLock();

    /** What was submitted and has not ended. Rises under the lock. */
    private volatile int pending;

    private @Nullable ExecutorService worker;
    private @Nullable ExecutorService waiter;
    private boolean closed;

    Lane(String name) {
        this.name = name;
    }

    void run(Call call) {
        PendingCollective later;
        lock.lock();
        try {
            if (pending == 0) {
                requireOpen(call);
                Runnable rest = call.start();
                if (rest != null) {
                    rest.run();
                }
                return;
            }
            later = enqueue(call);
        } finally {
            lock.unlock();
        }
        later.await();
    }

    PendingCollective submit(Call call) {
        lock.lock();
        try {
            return enqueue(call);
        } finally {
            lock.unlock();
        }
    }

    private PendingCollective enqueue(Call call) {
        requireOpen(call);
        if (worker == null) {
            worker = thread(name);
        }
        pending++;
        CompletableFuture<Void> done = new CompletableFuture<>();
        worker.execute(() -> start(call, done));
        return new PendingCollective(done);
    }

    private void start(Call call, CompletableFuture<Void> done) {
        Runnable rest;
        try {
            rest = call.start();
        } catch (RuntimeException | Error e) {
            ended(done, e);
            return;
        }
        if (rest == null) {
            ended(done, null);
        } else {
            waiter().execute(() -> finish(rest, done));
        }
    }

    private void finish(Runnable rest, CompletableFuture<Void> done) {
        try {
            rest.run();
        } catch (RuntimeException | Error e) {
            ended(done, e);
            return;
        }
        ended(done, null);
    }

    private void ended(CompletableFuture<Void> done, @Nullable Throwable failure) {
        lock.lock();
        try {
            pending--;
        } finally {
            lock.unlock();
        }
        if (failure == null) {
            done.complete(null);
        } else {
            done.completeExceptionally(failure);
        }
    }

    private ExecutorService waiter() {
        lock.lock();
        try {
            if (waiter == null) {
                waiter = thread(name + ", waiting");
            }
            return waiter;
        } finally {
            lock.unlock();
        }
    }

    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name(name).factory());
    }

    private void requireOpen(Call call) {
        if (closed) {
            call.release();
            throw new ClosedException(name + " is closed");
        }
    }

    /** Waits for what was submitted, and takes no more. */
    void close() {
        ExecutorService first;
        lock.lock();
        try {
            closed = true;
            first = worker;
        } finally {
            lock.unlock();
        }
        end(first);
        ExecutorService second;
        lock.lock();
        try {
            // The worker, which makes it, has ended.
            second = waiter;
        } finally {
            lock.unlock();
        }
        end(second);
    }

    private static void end(@Nullable ExecutorService ending) {
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
