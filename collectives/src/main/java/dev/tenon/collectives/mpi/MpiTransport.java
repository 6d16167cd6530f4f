package dev.tenon.collectives.mpi;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.tenon.DType;
import dev.tenon.collectives.Memory;
import dev.tenon.collectives.reduce.Reduction;
import dev.tenon.collectives.shared.Shares;
import dev.tenon.error.ClosedException;
import dev.tenon.error.CommunicatorException;
import dev.tenon.error.NativeCallException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One rank of an MPI communicator. MPI moves the bytes, straight from and to the tensors, and the arithmetic is ours: so
 * BF16 and F16, which MPI lacks, are reduced like the others, in F32; and results have the same bits as over any other
 * transport, whatever algorithm the library chooses.
 */
final class MpiTransport implements Transport {
    /** MPI counts in 32 bits. */
    private static final long MOST = 1 << 30;

    /** Up to here one exchange of everything with everyone costs less than two of shares. In bytes over all ranks. */
    private static final long AT_ONCE = 64 << 10;

    /** What is reduced at once, and so what memory is needed for what comes from others. */
    private static final long PIECE = 64 << 20;

    private static final int MESSAGE = 0;
    private static final int SHARE = 1;

    private final MpiLibrary library;
    private final MpiNative mpi;
    private final long comm;
    private final long control;
    private final int rank;
    private final int ranks;
    private final Duration timeout;
    private final MpiWaiter waiter;
    private boolean closed;

    private MpiTransport(MpiLibrary library, long comm, Duration timeout) {
        this.library = library;
        this.mpi = library.mpi();
        this.comm = comm;
        this.timeout = timeout;
        synchronized (mpi) {
            this.control = mpi.duplicate(comm);
            this.rank = mpi.rank(comm);
            this.ranks = mpi.size(comm);
        }
        this.waiter = new MpiWaiter(mpi, control, rank, ranks, timeout);
    }

    static MpiTransport world(MpiLibrary library, Duration timeout) {
        long comm;
        synchronized (library.mpi()) {
            comm = library.mpi().duplicate(library.mpi().abi().commWorld());
        }
        return new MpiTransport(library, comm, timeout);
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
        return "MPI (" + library.version() + (mpi.abi() == MpiAbi.STANDARD ? ", by the standard ABI)" : ")");
    }

    @Override
    public void allReduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        requireOpen("allReduce");
        Reduction reduction = Reduction.of(kind, type);
        long bytes = in.byteSize();
        if (bytes == 0) {
            return;
        }
        if (bytes * ranks <= AT_ONCE) {
            try (Arena arena = Arena.ofConfined()) {
                long all = arena.allocate(bytes * ranks, 64).address();
                waiter.run("allReduce", request -> mpi.allGather(in.address(), (int) bytes, all, comm, request));
                reduction.combine(spread(all, bytes), new long[] {out.address()}, bytes);
            }
            return;
        }
        for (long from = 0; from < bytes; from += PIECE) {
            long length = Math.min(PIECE, bytes - from);
            reducePiece("allReduce", reduction, in.address() + from, out.address() + from, length);
        }
    }

    /** Everyone gets its share from all, reduces it, and gives the result to all. */
    private void reducePiece(String op, Reduction reduction, long in, long out, long length) {
        Shares shares = new Shares(length, ranks);
        long mine = shares.length(rank);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment counts = arena.allocate(JAVA_INT, ranks);
            MemorySegment offsets = arena.allocate(JAVA_INT, ranks);
            MemorySegment myCounts = arena.allocate(JAVA_INT, ranks);
            MemorySegment myOffsets = arena.allocate(JAVA_INT, ranks);
            for (int r = 0; r < ranks; r++) {
                counts.setAtIndex(JAVA_INT, r, (int) shares.length(r));
                offsets.setAtIndex(JAVA_INT, r, (int) shares.from(r));
                myCounts.setAtIndex(JAVA_INT, r, (int) mine);
                myOffsets.setAtIndex(JAVA_INT, r, (int) (r * mine));
            }
            long received = arena.allocate(Math.max(1, mine * ranks), 64).address();
            waiter.run(
                    op,
                    request -> mpi.allToAll(
                            in,
                            counts.address(),
                            offsets.address(),
                            received,
                            myCounts.address(),
                            myOffsets.address(),
                            comm,
                            request));
            reduction.combine(spread(received, mine), new long[] {out + shares.from(rank)}, mine);
            waiter.run(op, request -> mpi.allGatherInPlace(out, counts.address(), offsets.address(), comm, request));
        }
    }

    private long[] spread(long base, long stride) {
        long[] addresses = new long[ranks];
        for (int r = 0; r < ranks; r++) {
            addresses[r] = base + r * stride;
        }
        return addresses;
    }

    @Override
    public void reduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out, int root) {
        requireOpen("reduce");
        Reduction reduction = Reduction.of(kind, type);
        long bytes = in.byteSize();
        for (long from = 0; from < bytes; from += PIECE) {
            long length = Math.min(PIECE, bytes - from);
            try (Arena arena = Arena.ofConfined()) {
                boolean here = rank == root;
                long target =
                        here ? out.address() + from : arena.allocate(length, 64).address();
                reducePiece("reduce", reduction, in.address() + from, target, length);
            }
        }
    }

    @Override
    public void reduceScatter(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        requireOpen("reduceScatter");
        Reduction reduction = Reduction.of(kind, type);
        long share = out.byteSize();
        for (long from = 0; from < share; from += PIECE) {
            long length = Math.min(PIECE, share - from);
            try (Arena arena = Arena.ofConfined()) {
                long received = arena.allocate(length * ranks, 64).address();
                exchange("reduceScatter", spread(in.address() + from, share), spread(received, length), length);
                reduction.combine(spread(received, length), new long[] {out.address() + from}, length);
            }
        }
    }

    /** Sends {@code from[r]} to each rank r, and receives {@code to[r]} from it. */
    private void exchange(String op, long[] from, long[] to, long length) {
        List<MpiRequest> requests = new ArrayList<>();
        for (int i = 0; i < 2 * (ranks - 1); i++) {
            requests.add(new MpiRequest());
        }
        waiter.run(op, requests, () -> {
            for (int i = 1; i < ranks; i++) {
                int source = (rank - i + ranks) % ranks;
                int target = (rank + i) % ranks;
                mpi.receive(to[source], (int) length, source, SHARE, comm, requests.get(2 * i - 2));
                mpi.send(from[target], (int) length, target, SHARE, comm, requests.get(2 * i - 1));
            }
        });
        if (from[rank] != to[rank]) {
            Memory.copy(from[rank], to[rank], length);
        }
    }

    @Override
    public void allGather(MemorySegment in, MemorySegment out) {
        requireOpen("allGather");
        long bytes = in.byteSize();
        if (bytes <= MOST) {
            if (bytes > 0) {
                waiter.run(
                        "allGather", request -> mpi.allGather(in.address(), (int) bytes, out.address(), comm, request));
            }
            return;
        }
        for (long from = 0; from < bytes; from += MOST) {
            exchange(
                    "allGather",
                    spread(in.address() + from, 0),
                    spread(out.address() + from, bytes),
                    Math.min(MOST, bytes - from));
        }
    }

    @Override
    public void allToAll(MemorySegment in, MemorySegment out) {
        requireOpen("allToAll");
        long share = in.byteSize() / ranks;
        if (share == 0) {
            return;
        }
        try (Arena arena = Arena.ofConfined()) {
            boolean inPlace = in.address() == out.address();
            MemorySegment source = inPlace ? arena.allocate(in.byteSize(), 64).copyFrom(in) : in;
            if (share <= MOST / ranks) {
                waiter.run(
                        "allToAll",
                        request -> mpi.allToAll(source.address(), (int) share, out.address(), comm, request));
                return;
            }
            for (long from = 0; from < share; from += MOST) {
                exchange(
                        "allToAll",
                        spread(source.address() + from, share),
                        spread(out.address() + from, share),
                        Math.min(MOST, share - from));
            }
        }
    }

    @Override
    public void broadcast(MemorySegment data, int root) {
        requireOpen("broadcast");
        for (long from = 0; from < data.byteSize(); from += MOST) {
            long at = data.address() + from;
            int length = (int) Math.min(MOST, data.byteSize() - from);
            waiter.run("broadcast", request -> mpi.broadcast(at, length, root, comm, request));
        }
    }

    @Override
    public void barrier() {
        requireOpen("barrier");
        waiter.run("barrier", request -> mpi.barrier(comm, request));
    }

    @Override
    public void send(MemorySegment data, int to) {
        requireOpen("send");
        long from = 0;
        do {
            long at = data.address() + from;
            int length = (int) Math.min(MOST, data.byteSize() - from);
            waiter.run("send", request -> mpi.send(at, length, to, MESSAGE, comm, request));
            from += MOST;
        } while (from < data.byteSize());
    }

    @Override
    public void receive(MemorySegment data, int from) {
        requireOpen("receive");
        long to = 0;
        do {
            long at = data.address() + to;
            int length = (int) Math.min(MOST, data.byteSize() - to);
            MpiRequest request = new MpiRequest();
            waiter.run("receive", List.of(request), () -> mpi.receive(at, length, from, MESSAGE, comm, request));
            synchronized (mpi) {
                int received = mpi.received(request);
                if (received != length) {
                    throw new CommunicatorException("receive: rank " + from + " sent " + received + " bytes to rank "
                            + rank + ", which wants " + length);
                }
            }
            to += MOST;
        } while (to < data.byteSize());
    }

    @Override
    public Transport split(int colour) {
        requireOpen("split");
        // MPI's own split waits without looking for aborts: first make sure that all come.
        barrier();
        try {
            long group;
            synchronized (mpi) {
                group = mpi.split(comm, colour, rank);
            }
            return new MpiTransport(library.again(), group, timeout);
        } catch (NativeCallException e) {
            throw new CommunicatorException("split: " + e.getMessage(), e);
        }
    }

    @Override
    public void requireSound(String op) {
        requireOpen(op);
        waiter.lookForAbort(op);
    }

    @Override
    public void abort(String reason) {
        if (!closed) {
            waiter.abort("aborted: " + reason);
        }
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (waiter.isSound()) {
            synchronized (mpi) {
                mpi.free(control);
                mpi.free(comm);
            }
        }
        MpiLibrary.release(waiter.isSound());
    }

    private void requireOpen(String op) {
        if (closed) {
            throw new ClosedException(op + ": the communicator is closed");
        }
        waiter.requireSound();
    }
}
