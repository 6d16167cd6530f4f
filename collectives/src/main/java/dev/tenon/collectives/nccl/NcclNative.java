package dev.tenon.collectives.nccl;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** {@link NcclApi} by the library itself. */
final class NcclNative implements NcclApi {
    /** {@code ncclUniqueId}: a struct of nothing but these bytes. */
    private static final MemoryLayout ID = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(UNIQUE_ID, JAVA_BYTE));

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;
    private final MethodHandle getVersion;
    private final MethodHandle getUniqueId;
    private final MethodHandle commInitRank;
    private final MethodHandle groupStart;
    private final MethodHandle groupEnd;
    private final MethodHandle allReduce;
    private final MethodHandle reduceScatter;
    private final MethodHandle reduce;
    private final MethodHandle allGather;
    private final MethodHandle broadcast;
    private final MethodHandle send;
    private final MethodHandle receive;
    private final MethodHandle getAsyncError;
    private final MethodHandle getErrorString;
    private final MethodHandle destroy;
    private final MethodHandle abort;

    private NcclNative(SymbolLookup symbols) {
        this.symbols = symbols;
        this.getVersion = function("ncclGetVersion", ADDRESS);
        this.getUniqueId = function("ncclGetUniqueId", ADDRESS);
        this.commInitRank = function("ncclCommInitRank", ADDRESS, JAVA_INT, ID, JAVA_INT);
        this.groupStart = function("ncclGroupStart");
        this.groupEnd = function("ncclGroupEnd");
        MemoryLayout[] reducing = {JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG};
        this.allReduce = function("ncclAllReduce", reducing);
        this.reduceScatter = function("ncclReduceScatter", reducing);
        this.reduce = function(
                "ncclReduce", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
        this.allGather = function("ncclAllGather", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
        this.broadcast =
                function("ncclBroadcast", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
        MemoryLayout[] message = {JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG};
        this.send = function("ncclSend", message);
        this.receive = function("ncclRecv", message);
        this.getAsyncError = function("ncclCommGetAsyncError", JAVA_LONG, ADDRESS);
        this.getErrorString = linker.downcallHandle(
                symbols.findOrThrow("ncclGetErrorString"), FunctionDescriptor.of(ADDRESS, JAVA_INT));
        this.destroy = function("ncclCommDestroy", JAVA_LONG);
        this.abort = function("ncclCommAbort", JAVA_LONG);
    }

    /** A library by its file's name; empty where there is none. */
    static Optional<NcclApi> load(String library) {
        try {
            return Optional.of(new NcclNative(SymbolLookup.libraryLookup(library, Arena.global())));
        } catch (IllegalArgumentException absent) {
            return Optional.empty();
        }
    }

    private MethodHandle function(String name, MemoryLayout... arguments) {
        return linker.downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    @Override
    public NcclVersion version() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_INT);
            check("ncclGetVersion", (int) getVersion.invokeExact(code));
            return NcclVersion.of(code.get(JAVA_INT, 0));
        } catch (Throwable t) {
            throw unexpected("ncclGetVersion", t);
        }
    }

    @Override
    public void uniqueId(MemorySegment id) {
        try {
            check("ncclGetUniqueId", (int) getUniqueId.invokeExact(id));
        } catch (Throwable t) {
            throw unexpected("ncclGetUniqueId", t);
        }
    }

    @Override
    public long join(int ranks, MemorySegment id, int rank) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment comm = arena.allocate(JAVA_LONG);
            check("ncclCommInitRank", (int) commInitRank.invokeExact(comm, ranks, id, rank));
            return comm.get(JAVA_LONG, 0);
        } catch (Throwable t) {
            throw unexpected("ncclCommInitRank", t);
        }
    }

    @Override
    public void groupStart() {
        try {
            check("ncclGroupStart", (int) groupStart.invokeExact());
        } catch (Throwable t) {
            throw unexpected("ncclGroupStart", t);
        }
    }

    @Override
    public void groupEnd() {
        try {
            check("ncclGroupEnd", (int) groupEnd.invokeExact());
        } catch (Throwable t) {
            throw unexpected("ncclGroupEnd", t);
        }
    }

    @Override
    public void allReduce(long in, long out, long count, int type, int op, long comm, long stream) {
        try {
            check("ncclAllReduce", (int) allReduce.invokeExact(in, out, count, type, op, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclAllReduce", t);
        }
    }

    @Override
    public void reduceScatter(long in, long out, long countOfShare, int type, int op, long comm, long stream) {
        try {
            check("ncclReduceScatter", (int) reduceScatter.invokeExact(in, out, countOfShare, type, op, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclReduceScatter", t);
        }
    }

    @Override
    public void reduce(long in, long out, long count, int type, int op, int root, long comm, long stream) {
        try {
            check("ncclReduce", (int) reduce.invokeExact(in, out, count, type, op, root, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclReduce", t);
        }
    }

    @Override
    public void allGather(long in, long out, long count, int type, long comm, long stream) {
        try {
            check("ncclAllGather", (int) allGather.invokeExact(in, out, count, type, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclAllGather", t);
        }
    }

    @Override
    public void broadcast(long in, long out, long count, int type, int root, long comm, long stream) {
        try {
            check("ncclBroadcast", (int) broadcast.invokeExact(in, out, count, type, root, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclBroadcast", t);
        }
    }

    @Override
    public void send(long data, long count, int type, int to, long comm, long stream) {
        try {
            check("ncclSend", (int) send.invokeExact(data, count, type, to, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclSend", t);
        }
    }

    @Override
    public void receive(long data, long count, int type, int from, long comm, long stream) {
        try {
            check("ncclRecv", (int) receive.invokeExact(data, count, type, from, comm, stream));
        } catch (Throwable t) {
            throw unexpected("ncclRecv", t);
        }
    }

    @Override
    public int asyncError(long comm) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(JAVA_INT);
            check("ncclCommGetAsyncError", (int) getAsyncError.invokeExact(comm, code));
            return code.get(JAVA_INT, 0);
        } catch (Throwable t) {
            throw unexpected("ncclCommGetAsyncError", t);
        }
    }

    @Override
    public String describe(int code) {
        try {
            MemorySegment text = (MemorySegment) getErrorString.invokeExact(code);
            return text.address() == 0 ? "" : text.reinterpret(4096).getString(0);
        } catch (Throwable t) {
            throw unexpected("ncclGetErrorString", t);
        }
    }

    @Override
    public void destroy(long comm) {
        try {
            check("ncclCommDestroy", (int) destroy.invokeExact(comm));
        } catch (Throwable t) {
            throw unexpected("ncclCommDestroy", t);
        }
    }

    @Override
    public void abort(long comm) {
        try {
            check("ncclCommAbort", (int) abort.invokeExact(comm));
        } catch (Throwable t) {
            throw unexpected("ncclCommAbort", t);
        }
    }

    private void check(String function, int code) {
        if (code != 0) {
            throw new NativeCallException(function, code, describe(code), "");
        }
    }

    private static RuntimeException unexpected(String function, Throwable t) {
        if (t instanceof RuntimeException failure) {
            return failure;
        }
        if (t instanceof OutOfMemoryError memory) {
            throw memory;
        }
        throw new AssertionError(function + "'s descriptor is wrong", t);
    }
}
