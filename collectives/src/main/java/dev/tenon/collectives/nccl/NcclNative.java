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
import org.jspecify.annotations.Nullable;

/** {@link NcclApi} by the library itself. */
final class NcclNative implements NcclApi {
    /** {@code ncclUniqueId}: a struct of nothing but these bytes. */
    private static final MemoryLayout ID = MemoryLayout.structLayout(MemoryLayout.sequenceLayout(UNIQUE_ID, JAVA_BYTE));

    /**
     * {@code ncclConfig_t} as far as 2.14 has it, the first version with it. Later ones have more at its end, of which they take
     * what they are used to where the size says that it is not there.
     */
    static final MemoryLayout CONFIG = MemoryLayout.structLayout(
            JAVA_LONG.withName("size"),
            JAVA_INT.withName("magic"),
            JAVA_INT.withName("version"),
            JAVA_INT.withName("blocking"),
            JAVA_INT.withName("padding"));

    private static final int MOST_TEXT = 4096;
    private static final int MAGIC = 0xCAFEBEEF;
    private static final int CONFIG_VERSION = 21_400;
    /** What stands in the padding is taken for a later version's field by the size alone: this is none that was set. */
    private static final int UNDEFINED = Integer.MIN_VALUE;

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;
    private final MethodHandle getVersion;
    private final MethodHandle getUniqueId;
    private final MethodHandle commInitRank;
    private final @Nullable MethodHandle commSplit;
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
    private final MethodHandle getLastError;
    private final MethodHandle destroy;
    private final MethodHandle abort;

    private NcclNative(SymbolLookup symbols) {
        this.symbols = symbols;
        this.getVersion = function("ncclGetVersion", ADDRESS);
        this.getUniqueId = function("ncclGetUniqueId", ADDRESS);
        this.commInitRank = function("ncclCommInitRankConfig", ADDRESS, JAVA_INT, ID, JAVA_INT, ADDRESS);
        this.commSplit = symbols.find("ncclCommSplit")
                .map(split -> linker.downcallHandle(
                        split, FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS)))
                .orElse(null);
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
        this.getLastError = linker.downcallHandle(
                symbols.findOrThrow("ncclGetLastError"), FunctionDescriptor.of(ADDRESS, JAVA_LONG));
        this.destroy = function("ncclCommDestroy", JAVA_LONG);
        this.abort = function("ncclCommAbort", JAVA_LONG);
    }

    /** A library by its file's name; empty where there is none, or one older than 2.14. */
    static Optional<NcclApi> load(String library) {
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException absent) {
            return Optional.empty();
        }
        return symbols.find("ncclCommInitRankConfig").isPresent()
                ? Optional.of(new NcclNative(symbols))
                : Optional.empty();
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
    public void join(MemorySegment comm, int ranks, MemorySegment id, int rank) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment config = arena.allocate(CONFIG);
            config.set(JAVA_LONG, 0, CONFIG.byteSize());
            config.set(JAVA_INT, 8, MAGIC);
            config.set(JAVA_INT, 12, CONFIG_VERSION);
            config.set(JAVA_INT, 16, 0);
            config.set(JAVA_INT, 20, UNDEFINED);
            check("ncclCommInitRankConfig", (int) commInitRank.invokeExact(comm, ranks, id, rank, config));
        } catch (Throwable t) {
            throw unexpected("ncclCommInitRankConfig", t);
        }
    }

    @Override
    public boolean canSplit() {
        return commSplit != null;
    }

    /** Without a configuration, so that it is as the one that it comes of. */
    @Override
    public void split(long comm, int colour, int key, MemorySegment made) {
        MethodHandle function = commSplit;
        if (function == null) {
            throw new AssertionError("asked for before");
        }
        try {
            check("ncclCommSplit", (int) function.invokeExact(comm, colour, key, made, MemorySegment.NULL));
        } catch (Throwable t) {
            throw unexpected("ncclCommSplit", t);
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
            return text((MemorySegment) getErrorString.invokeExact(code));
        } catch (Throwable t) {
            throw unexpected("ncclGetErrorString", t);
        }
    }

    @Override
    public String lastError() {
        try {
            return text((MemorySegment) getLastError.invokeExact(0L));
        } catch (Throwable t) {
            throw unexpected("ncclGetLastError", t);
        }
    }

    private static String text(MemorySegment text) {
        return text.address() == 0 ? "" : text.reinterpret(MOST_TEXT).getString(0);
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
        if (code != 0 && code != IN_PROGRESS) {
            throw new NativeCallException(function, code, describe(code), lastError());
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
