package dev.tenon.collectives.mpi;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tenon.error.CollectiveTimeoutException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.RankFailedException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Waits for MPI's requests, and meanwhile looks whether a rank aborted: it would have sent a message, of its number and the
 * reason, over a communicator that is for that alone.
 */
final class MpiWaiter {
    private static final int ABORT = 1;
    private static final int MESSAGE = 512;
    private static final int POLLS_A_LOOK = 64;
    private static final long YIELD_NANOS = 1_000_000;
    private static final long SLEEP_NANOS = 50_000;

    private final MpiNative mpi;
    private final long control;
    private final int rank;
    private final int ranks;
    private final Duration timeout;
    private final MpiRequest looking = new MpiRequest();
    /** Sends that nobody waits for; their memory must stay. */
    private final List<Object> underway = new ArrayList<>();

    private volatile @Nullable CommunicatorException failure;

    MpiWaiter(MpiNative mpi, long control, int rank, int ranks, Duration timeout) {
        this.mpi = mpi;
        this.control = control;
        this.rank = rank;
        this.ranks = ranks;
        this.timeout = timeout;
    }

    boolean isSound() {
        return failure == null;
    }

    /** Throws what made the group unusable, if anything did. */
    void requireSound() {
        if (failure != null) {
            throw failure;
        }
    }

    /** Starts a request and waits until it is done. */
    void run(String op, Consumer<MpiRequest> start) {
        MpiRequest request = new MpiRequest();
        run(op, List.of(request), () -> start.accept(request));
    }

    /** Starts several and waits until all are done. */
    void run(String op, List<MpiRequest> requests, Runnable start) {
        requireSound();
        try {
            synchronized (mpi) {
                start.run();
            }
            for (MpiRequest request : requests) {
                await(op, request);
            }
        } catch (CommunicatorException e) {
            throw e;
        } catch (RuntimeException e) {
            throw fail(new CommunicatorException(op + ": " + e.getMessage(), e));
        }
    }

    private void await(String op, MpiRequest request) {
        long start = System.nanoTime();
        for (int polls = 1; ; polls++) {
            synchronized (mpi) {
                if (mpi.test(request)) {
                    return;
                }
            }
            if (polls % POLLS_A_LOOK != 0) {
                Thread.onSpinWait();
                continue;
            }
            lookForAbort(op);
            long waited = System.nanoTime() - start;
            if (waited > timeout.toNanos()) {
                tellAll("gave up waiting in " + op);
                throw fail(new CollectiveTimeoutException(op, List.of(), timeout));
            }
            if (waited < YIELD_NANOS) {
                Thread.yield();
            } else {
                LockSupport.parkNanos(SLEEP_NANOS);
            }
        }
    }

    /** Throws what made the group unusable, also if the message about it has only come. */
    void lookForAbort(String op) {
        requireSound();
        synchronized (mpi) {
            if (!mpi.probe(ABORT, control, looking)) {
                return;
            }
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment message = arena.allocate(MESSAGE, 4);
            MpiRequest request = new MpiRequest();
            synchronized (mpi) {
                mpi.receive(message.address(), MESSAGE, mpi.abi().anySource(), ABORT, control, request);
            }
            boolean received = false;
            while (!received) {
                synchronized (mpi) {
                    received = mpi.test(request);
                }
            }
            byte[] reason = message.asSlice(8, message.get(JAVA_INT, 4)).toArray(JAVA_BYTE);
            throw fail(
                    new RankFailedException(op, message.get(JAVA_INT, 0), new String(reason, StandardCharsets.UTF_8)));
        }
    }

    /** Tells every other rank, without waiting. */
    void abort(String reason) {
        tellAll(reason);
        fail(new RankFailedException("abort", rank, reason));
    }

    private void tellAll(String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = Math.min(text.length, MESSAGE - 8);
        Arena arena = Arena.ofAuto();
        MemorySegment message = arena.allocate(MESSAGE, 4);
        message.set(JAVA_INT, 0, rank);
        message.set(JAVA_INT, 4, length);
        MemorySegment.copy(text, 0, message, JAVA_BYTE, 8, length);
        synchronized (mpi) {
            underway.add(message);
            for (int other = 0; other < ranks; other++) {
                if (other != rank) {
                    MpiRequest request = new MpiRequest();
                    underway.add(request);
                    mpi.send(message.address(), MESSAGE, other, ABORT, control, request);
                }
            }
        }
    }

    private CommunicatorException fail(CommunicatorException why) {
        if (failure == null) {
            failure = why;
        }
        return why;
    }
}
