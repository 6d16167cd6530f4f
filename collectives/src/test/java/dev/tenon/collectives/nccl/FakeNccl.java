package dev.tenon.collectives.nccl;

import dev.tenon.DType;
import dev.tenon.collectives.Memory;
import dev.tenon.collectives.reduce.Reduction;
import dev.tenon.error.NativeCallException;
import dev.tenon.op.ReduceKind;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What NCCL does, between {@link FakeCuda}s of this process and in the order of the ranks, with the rules whose breach the real one
 * answers by a hang: calls of a communicator in one order on all ranks, one device a rank, a group open on one thread.
 */
final class FakeNccl implements NcclApi {
    private final Map<String, FakeGroup> groups = new ConcurrentHashMap<>();
    private final Map<Long, Comm> comms = new ConcurrentHashMap<>();
    private final AtomicLong handles = new AtomicLong(0x100);
    private final SplittableRandom random = new SplittableRandom();
    private final ThreadLocal<@Nullable List<Message>> open = new ThreadLocal<>();
    private final boolean splits;
    /** A code that {@link #asyncError} of every communicator answers with. */
    volatile int error;

    volatile int made;
    volatile int split;
    volatile int aborted;

    /** Calls that were queued. */
    final AtomicInteger queued = new AtomicInteger();

    private final int minor;

    FakeNccl(boolean splits) {
        this(splits, 18);
    }

    FakeNccl(boolean splits, int minor) {
        this.splits = splits;
        this.minor = minor;
    }

    private record Comm(FakeGroup group, int rank, FakeCuda device) {}

    private record Message(long comm, boolean sends, int peer, long data, long bytes, long stream) {}

    /** Communicators that nobody has ended. */
    int live() {
        return comms.size();
    }

    @Override
    public NcclVersion version() {
        return new NcclVersion(2, minor, 5);
    }

    @Override
    public synchronized void uniqueId(MemorySegment id) {
        for (int i = 0; i < UNIQUE_ID; i += 8) {
            id.set(ValueLayout.JAVA_LONG_UNALIGNED, i, random.nextLong());
        }
    }

    @Override
    public synchronized void join(MemorySegment comm, int ranks, MemorySegment id, int rank) {
        String name = HexFormat.of().formatHex(id.toArray(ValueLayout.JAVA_BYTE));
        enter(comm, groups.computeIfAbsent(name, unused -> new FakeGroup(ranks)), rank);
        made++;
    }

    private void enter(MemorySegment comm, FakeGroup group, int rank) {
        FakeCuda device = FakeCuda.CURRENT.get();
        if (device == null) {
            throw new AssertionError("no device is current");
        }
        if (!group.enter(rank, device)) {
            throw new NativeCallException("ncclCommInitRankConfig", 5, "invalid usage", "Duplicate GPU detected");
        }
        long handle = handles.addAndGet(0x10);
        comms.put(handle, new Comm(group, rank, device));
        comm.set(ValueLayout.JAVA_LONG, 0, handle);
    }

    private Comm comm(long handle) {
        Comm comm = comms.get(handle);
        if (comm == null) {
            throw new AssertionError("no communicator has the handle " + handle);
        }
        return comm;
    }

    @Override
    public boolean canSplit() {
        return splits;
    }

    /** All of one parent come, each with its next number of a split. */
    @Override
    public void split(long comm, int colour, int key, MemorySegment made) {
        Comm parent = comm(comm);
        FakeGroup.Part part = parent.group().split(parent.rank(), colour);
        enter(made, part.group(), part.rank());
        synchronized (this) {
            split++;
        }
    }

    @Override
    public void groupStart() {
        if (open.get() != null) {
            throw new AssertionError("a group is open already");
        }
        open.set(new ArrayList<>());
    }

    @Override
    public void groupEnd() {
        List<Message> messages = open.get();
        if (messages == null) {
            throw new AssertionError("no group is open");
        }
        open.remove();
        if (!messages.isEmpty()) {
            enqueue(messages.getFirst().comm(), messages.getFirst().stream(), comm -> exchange(comm, messages));
        }
    }

    private interface Work {
        void run(Comm comm);
    }

    private void enqueue(long handle, long stream, Work work) {
        Comm comm = comm(handle);
        if (FakeStream.of(stream).device() != comm.device()) {
            throw new AssertionError("a stream of another device than the communicator's");
        }
        queued.incrementAndGet();
        FakeStream.of(stream).enqueue(() -> work.run(comm));
    }

    /** All that is sent, before anything is waited for, as in one kernel. */
    private static void exchange(Comm comm, List<Message> messages) {
        List<FakeGroup.Mail> sent = new ArrayList<>();
        for (Message each : messages) {
            if (each.sends()) {
                sent.add(comm.group().post(comm.rank(), each.peer(), each.data(), each.bytes()));
            }
        }
        for (Message each : messages) {
            if (!each.sends()) {
                comm.group().take(each.peer(), comm.rank(), each.data(), each.bytes());
            }
        }
        sent.forEach(comm.group()::awaitTaken);
    }

    private interface Result {
        void write(long[] ins, long to);
    }

    /**
     * A collective: what all ranks give is there, each computes its result aside, and writes it when all have.
     *
     * @param bytes of the result; 0 where this rank gets none
     */
    private void collective(String call, long in, long out, long bytes, long handle, long stream, Result result) {
        enqueue(
                handle,
                stream,
                comm -> comm.group().together(comm.rank(), call, in, ins -> {
                    try (var arena = java.lang.foreign.Arena.ofConfined()) {
                        long aside = arena.allocate(Math.max(1, bytes), 64).address();
                        if (bytes > 0) {
                            result.write(ins, aside);
                        }
                        comm.group().awaitAll(comm.rank());
                        Memory.copy(aside, out, bytes);
                    }
                }));
    }

    private static Reduction reduction(int type, int op) {
        DType element = switch (type) {
            case 2 -> DType.I32;
            case 4 -> DType.I64;
            case 6 -> DType.F16;
            case 7 -> DType.F32;
            case 9 -> DType.BF16;
            default -> throw new AssertionError("type " + type);
        };
        ReduceKind kind = switch (op) {
            case 0 -> ReduceKind.SUM;
            case 2 -> ReduceKind.MAX;
            case 3 -> ReduceKind.MIN;
            case 4 -> ReduceKind.MEAN;
            default -> throw new AssertionError("operation " + op);
        };
        return Reduction.of(kind, element);
    }

    private static long[] moved(long[] addresses, long by) {
        long[] moved = addresses.clone();
        for (int i = 0; i < moved.length; i++) {
            moved[i] += by;
        }
        return moved;
    }

    @Override
    public void allReduce(long in, long out, long count, int type, int op, long comm, long stream) {
        Reduction reduction = reduction(type, op);
        long bytes = count * reduction.elementBytes();
        collective(
                "allReduce " + count + " " + type + " " + op,
                in,
                out,
                bytes,
                comm,
                stream,
                (ins, to) -> reduction.combine(ins, new long[] {to}, bytes));
    }

    @Override
    public void reduceScatter(long in, long out, long countOfShare, int type, int op, long comm, long stream) {
        Reduction reduction = reduction(type, op);
        long bytes = countOfShare * reduction.elementBytes();
        int rank = comm(comm).rank();
        collective(
                "reduceScatter " + countOfShare + " " + type + " " + op,
                in,
                out,
                bytes,
                comm,
                stream,
                (ins, to) -> reduction.combine(moved(ins, rank * bytes), new long[] {to}, bytes));
    }

    @Override
    public void reduce(long in, long out, long count, int type, int op, int root, long comm, long stream) {
        Reduction reduction = reduction(type, op);
        long bytes = comm(comm).rank() == root ? count * reduction.elementBytes() : 0;
        collective(
                "reduce " + count + " " + type + " " + op + " " + root,
                in,
                out,
                bytes,
                comm,
                stream,
                (ins, to) -> reduction.combine(ins, new long[] {to}, bytes));
    }

    @Override
    public void allGather(long in, long out, long count, int type, long comm, long stream) {
        requireBytes(type);
        int ranks = comm(comm).group().ranks();
        collective("allGather " + count, in, out, count * ranks, comm, stream, (ins, to) -> {
            for (int r = 0; r < ranks; r++) {
                Memory.copy(ins[r], to + r * count, count);
            }
        });
    }

    @Override
    public void broadcast(long in, long out, long count, int type, int root, long comm, long stream) {
        requireBytes(type);
        collective(
                "broadcast " + count + " " + root,
                in,
                out,
                count,
                comm,
                stream,
                (ins, to) -> Memory.copy(ins[root], to, count));
    }

    private static void requireBytes(int type) {
        if (type != 0) {
            throw new AssertionError("what is moved is counted in bytes");
        }
    }

    @Override
    public void send(long data, long count, int type, int to, long comm, long stream) {
        message(new Message(comm, true, to, data, count, stream), type);
    }

    @Override
    public void receive(long data, long count, int type, int from, long comm, long stream) {
        message(new Message(comm, false, from, data, count, stream), type);
    }

    private void message(Message message, int type) {
        requireBytes(type);
        List<Message> group = open.get();
        if (group != null) {
            group.add(message);
        } else {
            enqueue(message.comm(), message.stream(), comm -> exchange(comm, List.of(message)));
        }
    }

    @Override
    public int asyncError(long comm) {
        return error != 0 ? error : comm(comm).group().isComplete() ? 0 : IN_PROGRESS;
    }

    @Override
    public String describe(int code) {
        return code == REMOTE_ERROR ? "remote process exited" : "code " + code;
    }

    @Override
    public String lastError() {
        return "";
    }

    @Override
    public void destroy(long comm) {
        comm(comm);
        comms.remove(comm);
    }

    @Override
    public synchronized void abort(long comm) {
        comm(comm).group().abort(comm(comm).rank());
        comms.remove(comm);
        aborted++;
    }
}
