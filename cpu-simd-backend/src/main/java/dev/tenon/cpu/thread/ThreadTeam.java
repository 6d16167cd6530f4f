package dev.tenon.cpu.thread;

import dev.tenon.memory.HostPool;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A persistent team of threads, one a core; the caller of {@link #run} is member 0.
 *
 * <p>Chunks are dealt out in equal contiguous ranges, one a member, so that a member meets the same rows in op after op
 * (and finds them in its cache); a member that has finished its own range takes chunks from the others'. Workers spin
 * for a short while after a job before they park, so an op that follows soon costs no wake-up, and an idle team costs
 * no CPU.
 *
 * <p>A call never blocks on the team: while another thread uses it, and inside a chunk, {@code run} does all its chunks
 * itself, in order. The chunks are the same, so the bits are too.
 */
public final class ThreadTeam implements AutoCloseable {
    /** About 40 microseconds of {@code pause}, long enough to bridge the gap between two ops of a decode step. */
    private static final int WORKER_SPINS = 1000;

    /** The caller waits for chunks in progress: it spins a little longer than a worker before it gives up its core. */
    private static final int CALLER_SPINS = 2000;

    /** One counter a member, each on a cache line of its own (two, as prefetchers fetch lines in pairs). */
    private static final int COUNTER_STRIDE = 16;

    /** A GEMM borrows some 10 MiB; a quarter of this stays cached between ops. */
    private static final long SCRATCH_LIMIT = 1L << 30;

    private static final VarHandle EPOCH;
    private static final VarHandle BUSY;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            EPOCH = lookup.findVarHandle(ThreadTeam.class, "epoch", int.class);
            BUSY = lookup.findVarHandle(ThreadTeam.class, "busy", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Worker[] workers;
    private final HostPool scratch;
    private final boolean ownsScratch;

    /**
     * For each member the job's number in the upper 32 bits and the next unclaimed chunk of its range in the lower: a
     * worker that wakes late finds another job's number there and goes back to waiting without a trace.
     */
    private final AtomicLongArray next;

    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private volatile @Nullable Thread waiting;

    @SuppressWarnings("UnusedVariable") // through BUSY
    private boolean busy;

    private int epoch;
    private volatile boolean closed;
    private @Nullable ChunkTask task;
    private int chunks;

    private ThreadTeam(int size, HostPool scratch, boolean ownsScratch) {
        if (size < 1) {
            throw new IllegalArgumentException("a team has at least one member, not " + size);
        }
        this.scratch = scratch;
        this.ownsScratch = ownsScratch;
        next = new AtomicLongArray(size * COUNTER_STRIDE);
        workers = new Worker[size - 1];
        for (int i = 0; i < workers.length; i++) {
            workers[i] = new Worker(i + 1);
        }
    }

    /**
     * A team of {@code size} members, the caller of {@link #run} included, with a scratch pool of its own.
     *
     * @throws IllegalArgumentException if {@code size} is under 1
     */
    public static ThreadTeam open(int size) {
        return started(new ThreadTeam(size, new HostPool("cpu scratch", SCRATCH_LIMIT), true));
    }

    /**
     * A team that takes its scratch memory from {@code scratch}, which must outlive it.
     *
     * @throws IllegalArgumentException if {@code size} is under 1
     */
    public static ThreadTeam open(int size, HostPool scratch) {
        return started(new ThreadTeam(size, scratch, false));
    }

    private static ThreadTeam started(ThreadTeam team) {
        for (Worker worker : team.workers) {
            worker.start();
        }
        return team;
    }

    /** Members, the caller included. */
    public int size() {
        return workers.length + 1;
    }

    /** Memory for use inside one op (packed panels, partial sums); the pool keeps blocks for the next op. */
    public HostPool scratch() {
        return scratch;
    }

    /**
     * Runs chunks 0 to {@code count - 1} and returns when all are done. Whatever a chunk throws is thrown here, the
     * first of several; chunks not yet begun are then left out, and the team stays usable.
     *
     * @throws IllegalStateException if the team is closed
     */
    public void run(int count, ChunkTask work) {
        if (closed) {
            throw new IllegalStateException("the thread team is closed");
        }
        if (count <= 1 || workers.length == 0 || !BUSY.compareAndSet(this, false, true)) {
            for (int i = 0; i < count; i++) {
                work.run(i);
            }
            return;
        }
        try {
            dispatch(count, work);
        } finally {
            BUSY.setRelease(this, false);
        }
    }

    private void dispatch(int count, ChunkTask work) {
        int job = epoch + 1;
        int size = size();
        done.set(0);
        for (int m = 0; m < size; m++) {
            next.set(m * COUNTER_STRIDE, ((long) job << 32) | first(m, count, size));
        }
        task = work;
        chunks = count;
        EPOCH.setVolatile(this, job);
        for (Worker worker : workers) {
            worker.wake();
        }
        int mine = claimAll(job, 0, count, work);
        if (done.addAndGet(mine) < count) {
            awaitDone(count);
        }
        task = null;
        Throwable thrown = failure.get();
        if (thrown != null) {
            failure.set(null);
            ThreadTeam.<RuntimeException>sneak(thrown);
        }
    }

    private void awaitDone(int count) {
        for (int i = 0; i < CALLER_SPINS; i++) {
            if (done.get() == count) {
                return;
            }
            Thread.onSpinWait();
        }
        waiting = Thread.currentThread();
        while (done.get() != count) {
            // An interrupted caller does not sleep here and only spins: its chunks must finish all the same.
            LockSupport.park(this);
        }
        waiting = null;
    }

    private static int first(int member, int count, int size) {
        return (int) ((long) count * member / size);
    }

    /** Does the member's own range, then what is left of the others'; answers how many chunks it did. */
    private int claimAll(int job, int member, int count, ChunkTask work) {
        int size = size();
        int mine = 0;
        for (int i = 0; i < size; i++) {
            int victim = member + i < size ? member + i : member + i - size;
            int end = first(victim + 1, count, size);
            while (true) {
                long claim = next.get(victim * COUNTER_STRIDE);
                if ((int) (claim >>> 32) != job || (int) claim >= end) {
                    break;
                }
                if (next.compareAndSet(victim * COUNTER_STRIDE, claim, claim + 1)) {
                    runOne(work, (int) claim);
                    mine++;
                }
            }
        }
        return mine;
    }

    private void runOne(ChunkTask work, int chunk) {
        if (failure.get() != null) {
            return;
        }
        try {
            work.run(chunk);
        } catch (Throwable t) { // handed on whole: dispatch throws it again in the caller
            failure.compareAndSet(null, t);
        }
    }

    @SuppressWarnings("unchecked")
    private static <T extends Throwable> void sneak(Throwable t) throws T {
        throw (T) t;
    }

    /** Ends the workers and frees the scratch memory. No op may be running. Closing twice does nothing more. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        boolean interrupted = false;
        for (Worker worker : workers) {
            LockSupport.unpark(worker);
            while (true) {
                try {
                    worker.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (ownsScratch) {
            scratch.close();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Worker extends Thread {
        private final int member;
        private volatile boolean parked;

        Worker(int member) {
            super("tenon-cpu-" + member);
            this.member = member;
            setDaemon(true);
        }

        void wake() {
            if (parked) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            int seen = 0;
            while (!closed) {
                seen = awaitJob(seen);
                ChunkTask work = task;
                int count = chunks;
                // A late reader may see another job's task here, or none: then no claim below can succeed.
                if (work == null) {
                    continue;
                }
                int mine = claimAll(seen, member, count, work);
                if (mine > 0 && done.addAndGet(mine) == count) {
                    Thread caller = waiting;
                    if (caller != null) {
                        LockSupport.unpark(caller);
                    }
                }
            }
        }

        private int awaitJob(int seen) {
            for (int i = 0; i < WORKER_SPINS; i++) {
                int now = (int) EPOCH.getVolatile(ThreadTeam.this);
                if (now != seen) {
                    return now;
                }
                Thread.onSpinWait();
            }
            parked = true;
            int now = (int) EPOCH.getVolatile(ThreadTeam.this);
            while (now == seen && !closed) {
                LockSupport.park(ThreadTeam.this);
                now = (int) EPOCH.getVolatile(ThreadTeam.this);
            }
            parked = false;
            return now;
        }
    }
}
