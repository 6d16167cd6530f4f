package dev.tenon.collectives.shared;

import dev.tenon.DType;
import dev.tenon.collectives.reduce.Reduction;
import dev.tenon.error.ClosedException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A rank's end of a group that shares memory. Chooses the algorithm by size, on every rank alike. */
public final class SharedTransport implements Transport {
    /** Up to here every rank reduces everything, in one round instead of two. In bytes over all ranks. */
    private static final long AT_ONCE = 32 << 10;

    /** From here on threads work in each other's memory: two rounds instead of one, but no copies. */
    private static final long DIRECT = 8 << 10;

    private final Group group;
    private final int rank;
    private final int ranks;
    private final Region region;
    private final Waiter waiter;
    private final StagedCollectives staged;
    private final DirectCollectives direct;
    private final Mailboxes mailboxes;
    private final boolean oneProcess;
    private int splits;
    private boolean closed;

    public SharedTransport(Group group, int rank, Duration timeout) {
        this.group = group;
        this.rank = rank;
        this.region = group.region();
        this.ranks = region.ranks();
        this.oneProcess = group.isOneProcess();
        this.waiter = new Waiter(region, rank, group, timeout);
        Rounds rounds = new Rounds(region, rank, waiter);
        Distance distance = new Distance(region, rounds, rank);
        this.staged = new StagedCollectives(region, rounds, distance, rank);
        this.direct = new DirectCollectives(region, rounds, distance, rank);
        this.mailboxes = new Mailboxes(region, rank, waiter);
    }

    @Override
    public int rank() {
        return rank;
    }

    @Override
    public int size() {
        return ranks;
    }

    @Override
    public String description() {
        return group.description();
    }

    @Override
    public void allReduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        long bytes = start("allReduce", in);
        Reduction reduction = Reduction.of(kind, type);
        if (bytes == 0) {
            return;
        }
        if (bytes * ranks <= AT_ONCE) {
            staged.allReduceAtOnce(reduction, in.address(), out.address(), bytes, "allReduce");
        } else if (oneProcess) {
            direct.allReduce(reduction, in.address(), out.address(), bytes, "allReduce");
        } else {
            staged.allReduce(reduction, in.address(), out.address(), bytes, true, "allReduce");
        }
    }

    @Override
    public void reduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out, int root) {
        long bytes = start("reduce", in);
        Reduction reduction = Reduction.of(kind, type);
        if (bytes == 0) {
            return;
        }
        if (oneProcess) {
            direct.reduce(reduction, in.address(), out.address(), bytes, root, "reduce");
        } else {
            staged.allReduce(reduction, in.address(), out.address(), bytes, rank == root, "reduce");
        }
    }

    @Override
    public void reduceScatter(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        start("reduceScatter", in);
        Reduction reduction = Reduction.of(kind, type);
        long share = out.byteSize();
        if (share == 0) {
            return;
        }
        if (oneProcess && share >= DIRECT) {
            direct.reduceScatter(reduction, in.address(), out.address(), share, "reduceScatter");
        } else {
            staged.reduceScatter(reduction, in.address(), out.address(), share, "reduceScatter");
        }
    }

    @Override
    public void allGather(MemorySegment in, MemorySegment out) {
        long bytes = start("allGather", in);
        if (bytes == 0) {
            return;
        }
        if (oneProcess && bytes >= DIRECT) {
            direct.allGather(in.address(), out.address(), bytes, "allGather");
        } else {
            staged.allGather(in.address(), out.address(), bytes, "allGather");
        }
    }

    @Override
    public void allToAll(MemorySegment in, MemorySegment out) {
        long share = start("allToAll", in) / ranks;
        if (share == 0) {
            return;
        }
        // Whether it is in place may differ from rank to rank, and the choice must not.
        staged.allToAll(in.address(), out.address(), share, "allToAll");
    }

    @Override
    public void broadcast(MemorySegment data, int root) {
        long bytes = start("broadcast", data);
        if (bytes == 0) {
            return;
        }
        if (oneProcess && bytes >= DIRECT) {
            direct.broadcast(data.address(), bytes, root, "broadcast");
        } else {
            staged.broadcast(data.address(), bytes, root, "broadcast");
        }
    }

    @Override
    public void barrier() {
        start("barrier", MemorySegment.NULL);
        staged.barrier("barrier");
    }

    @Override
    public void send(MemorySegment data, int to) {
        mailboxes.send(data.address(), start("send", data), to);
    }

    @Override
    public void receive(MemorySegment data, int from) {
        mailboxes.receive(data.address(), start("receive", data), from);
    }

    @Override
    public Transport split(int colour) {
        start("split", MemorySegment.NULL);
        List<Integer> members = new ArrayList<>();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mine = arena.allocate(Integer.BYTES);
            MemorySegment all = arena.allocate((long) Integer.BYTES * ranks);
            mine.set(ValueLayout.JAVA_INT, 0, colour);
            staged.allGather(mine.address(), all.address(), Integer.BYTES, "split");
            for (int r = 0; r < ranks; r++) {
                if (all.getAtIndex(ValueLayout.JAVA_INT, r) == colour) {
                    members.add(r);
                }
            }
        }
        return group.split(splits++ + "." + colour, members.indexOf(rank), members.size());
    }

    @Override
    public void requireSound(String op) {
        start(op, MemorySegment.NULL);
        waiter.requireAlive(op);
    }

    @Override
    public synchronized void abort(String reason) {
        if (!closed) {
            region.fail(rank, "aborted: " + reason);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            region.leave(rank);
            group.close();
        }
    }

    private long start(String op, MemorySegment in) {
        if (closed) {
            throw new ClosedException(op + ": the communicator is closed");
        }
        waiter.requireSound(op);
        return in.byteSize();
    }
}
