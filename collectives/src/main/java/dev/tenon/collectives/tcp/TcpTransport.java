package dev.tenon.collectives.tcp;

import dev.tenon.DType;
import dev.tenon.collectives.Memory;
import dev.tenon.collectives.reduce.Reduction;
import dev.tenon.collectives.shared.Shares;
import dev.tenon.comm.World;
import dev.tenon.error.ClosedException;
import dev.tenon.op.ReduceKind;
import dev.tenon.spi.Transport;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * One rank of a group that is connected by TCP. Every rank exchanges with every other at once: to reduce, each gets its share
 * from all, combines it in the order of the ranks, and gives the result to all.
 */
final class TcpTransport implements Transport {
    /** Up to here every rank reduces everything, in one exchange instead of two. In bytes over all ranks. */
    private static final long AT_ONCE = 64 << 10;

    /** What is reduced at once, and so what memory is needed for what comes from others. */
    private static final long PIECE = 16 << 20;

    /** From here on the root of a broadcast sends each rank a share, for them to give to each other. */
    private static final long SHARED_BROADCAST = 64 << 10;

    private final TcpPeers peers;
    private final String name;
    private final List<Integer> members;
    private final int rank;
    private final int ranks;
    private final Duration timeout;
    private final TcpLinks links;
    private final TcpControl control;
    private final TcpMessages messages;
    private final TcpExchange exchange;
    private int splits;
    private volatile boolean closed;

    private TcpTransport(TcpPeers peers, String name, List<Integer> members, int rank, Duration timeout) {
        this.peers = peers;
        this.name = name;
        this.members = members;
        this.rank = rank;
        this.ranks = members.size();
        this.timeout = timeout;
        this.links = TcpLinks.connect(peers, name, members, rank, timeout);
        this.control = new TcpControl(links);
        this.messages = new TcpMessages(links, control, timeout);
        this.exchange = new TcpExchange(links, new TcpEngine(control, timeout, rank));
    }

    static TcpTransport join(World world, String name, Duration timeout) {
        TcpPeers peers = TcpMeeting.join(world, name, timeout);
        List<Integer> all = IntStream.range(0, world.size()).boxed().toList();
        return connect(peers, name, all, world.rank(), timeout);
    }

    private static TcpTransport connect(
            TcpPeers peers, String name, List<Integer> members, int rank, Duration timeout) {
        peers.acquire();
        boolean connected = false;
        try {
            TcpTransport transport = new TcpTransport(peers, name, members, rank, timeout);
            connected = true;
            return transport;
        } finally {
            if (!connected) {
                peers.release();
            }
        }
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
        return "TCP";
    }

    @Override
    public void allReduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out) {
        requireOpen("allReduce");
        Reduction reduction = Reduction.of(kind, type);
        long bytes = in.byteSize();
        if (bytes * ranks <= AT_ONCE) {
            try (Arena arena = Arena.ofConfined()) {
                long[] all =
                        spread(arena.allocate(Math.max(1, bytes * ranks), 64).address(), bytes);
                exchange.run("allReduce", spread(in.address(), 0), same(bytes), all, same(bytes));
                all[rank] = in.address();
                reduction.combine(all, new long[] {out.address()}, bytes);
            }
            return;
        }
        for (long from = 0; from < bytes; from += PIECE) {
            long length = Math.min(PIECE, bytes - from);
            Shares shares = new Shares(length, ranks);
            reduceShare("allReduce", reduction, in.address() + from, out.address() + from, shares);
            long[] places = places(out.address() + from, shares);
            exchange.run("allReduce", spread(places[rank], 0), same(shares.length(rank)), places, lengths(shares));
        }
    }

    /** Gets this rank's share from all, and puts their reduction at its place in {@code out}. */
    private void reduceShare(String op, Reduction reduction, long in, long out, Shares shares) {
        long mine = shares.length(rank);
        try (Arena arena = Arena.ofConfined()) {
            long[] received =
                    spread(arena.allocate(Math.max(1, mine * ranks), 64).address(), mine);
            exchange.run(op, places(in, shares), lengths(shares), received, same(mine));
            received[rank] = in + shares.from(rank);
            reduction.combine(received, new long[] {out + shares.from(rank)}, mine);
        }
    }

    @Override
    public void reduce(ReduceKind kind, DType type, MemorySegment in, MemorySegment out, int root) {
        requireOpen("reduce");
        Reduction reduction = Reduction.of(kind, type);
        long bytes = in.byteSize();
        boolean here = rank == root;
        for (long from = 0; from < bytes; from += PIECE) {
            long length = Math.min(PIECE, bytes - from);
            Shares shares = new Shares(length, ranks);
            try (Arena arena = Arena.ofConfined()) {
                long target =
                        here ? out.address() + from : arena.allocate(length, 64).address();
                reduceShare("reduce", reduction, in.address() + from, target, shares);
                long[] places = places(target, shares);
                long[] sent = new long[ranks];
                sent[root] = shares.length(rank);
                exchange.run("reduce", spread(places[rank], 0), sent, places, here ? lengths(shares) : new long[ranks]);
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
                long[] received = spread(arena.allocate(length * ranks, 64).address(), length);
                long[] sources = spread(in.address() + from, share);
                exchange.run("reduceScatter", sources, same(length), received, same(length));
                received[rank] = sources[rank];
                reduction.combine(received, new long[] {out.address() + from}, length);
            }
        }
    }

    @Override
    public void allGather(MemorySegment in, MemorySegment out) {
        requireOpen("allGather");
        long bytes = in.byteSize();
        exchange.run("allGather", spread(in.address(), 0), same(bytes), spread(out.address(), bytes), same(bytes));
        copyUnlessSame(in.address(), out.address() + rank * bytes, bytes);
    }

    @Override
    public void allToAll(MemorySegment in, MemorySegment out) {
        requireOpen("allToAll");
        long share = in.byteSize() / ranks;
        try (Arena arena = Arena.ofConfined()) {
            boolean inPlace = in.address() == out.address();
            long source = inPlace
                    ? arena.allocate(Math.max(1, in.byteSize()), 64)
                            .copyFrom(in)
                            .address()
                    : in.address();
            exchange.run("allToAll", spread(source, share), same(share), spread(out.address(), share), same(share));
            copyUnlessSame(source + rank * share, out.address() + rank * share, share);
        }
    }

    @Override
    public void broadcast(MemorySegment data, int root) {
        requireOpen("broadcast");
        long bytes = data.byteSize();
        boolean here = rank == root;
        if (bytes < SHARED_BROADCAST) {
            long[] received = new long[ranks];
            received[root] = bytes;
            exchange.run(
                    "broadcast",
                    spread(data.address(), 0),
                    here ? same(bytes) : new long[ranks],
                    spread(data.address(), 0),
                    here ? new long[ranks] : received);
            return;
        }
        Shares shares = new Shares(bytes, ranks);
        long[] places = places(data.address(), shares);
        long[] lengths = lengths(shares);
        long[] first = new long[ranks];
        first[root] = lengths[rank];
        exchange.run(
                "broadcast",
                places,
                here ? lengths : new long[ranks],
                spread(places[rank], 0),
                here ? new long[ranks] : first);
        // The root has all, and nobody has its share.
        long[] sent = same(lengths[rank]);
        sent[root] = 0;
        exchange.run("broadcast", spread(places[rank], 0), sent, places, here ? new long[ranks] : lengths);
    }

    @Override
    public void barrier() {
        requireOpen("barrier");
        try (Arena arena = Arena.ofConfined()) {
            long places = arena.allocate(ranks + 1L).address();
            exchange.run("barrier", spread(places + ranks, 0), same(1), spread(places, 1), same(1));
        }
    }

    @Override
    public void send(MemorySegment data, int to) {
        requireOpen("send");
        messages.send(data.address(), data.byteSize(), to);
    }

    @Override
    public void receive(MemorySegment data, int from) {
        requireOpen("receive");
        messages.receive(data.address(), data.byteSize(), from);
    }

    @Override
    public Transport split(int colour) {
        requireOpen("split");
        List<Integer> group = new ArrayList<>();
        int place = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment mine = arena.allocate(Integer.BYTES);
            MemorySegment all = arena.allocate((long) Integer.BYTES * ranks);
            mine.set(ValueLayout.JAVA_INT, 0, colour);
            allGather(mine, all);
            for (int r = 0; r < ranks; r++) {
                if (all.getAtIndex(ValueLayout.JAVA_INT, r) == colour) {
                    if (r == rank) {
                        place = group.size();
                    }
                    group.add(members.get(r));
                }
            }
        }
        return connect(peers, name + "/" + splits++ + "." + colour, group, place, timeout);
    }

    @Override
    public void requireSound(String op) {
        requireOpen(op);
    }

    @Override
    public void abort(String reason) {
        if (!closed) {
            control.fail(rank, "aborted: " + reason);
        }
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            control.close();
            exchange.close();
            messages.close();
            links.close();
            peers.release();
        }
    }

    private void requireOpen(String op) {
        if (closed) {
            throw new ClosedException(op + ": the communicator is closed");
        }
        control.requireSound(op);
    }

    private long[] spread(long base, long stride) {
        long[] addresses = new long[ranks];
        for (int r = 0; r < ranks; r++) {
            addresses[r] = base + r * stride;
        }
        return addresses;
    }

    private long[] same(long length) {
        long[] lengths = new long[ranks];
        Arrays.fill(lengths, length);
        return lengths;
    }

    private long[] places(long base, Shares shares) {
        long[] places = new long[ranks];
        for (int r = 0; r < ranks; r++) {
            places[r] = base + shares.from(r);
        }
        return places;
    }

    private long[] lengths(Shares shares) {
        long[] lengths = new long[ranks];
        for (int r = 0; r < ranks; r++) {
            lengths[r] = shares.length(r);
        }
        return lengths;
    }

    private static void copyUnlessSame(long from, long to, long bytes) {
        if (from != to) {
            Memory.copy(from, to, bytes);
        }
    }
}
