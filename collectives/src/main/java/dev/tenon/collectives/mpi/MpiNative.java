package dev.tenon.collectives.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * An MPI library's functions. Every one returns at once: what takes time is a request, to be tested. One thread at a time
 * calls, which the callers' monitor on this object sees to, so that libraries without MPI_THREAD_MULTIPLE serve too.
 */
final class MpiNative {
    private static final int SUCCESS = 0;
    private static final int MOST_TEXT = 8192;

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;
    private final MpiAbi abi;
    private final Arena arena = Arena.ofAuto();

    private final MethodHandle rank;
    private final MethodHandle size;
    private final MethodHandle dup;
    private final MethodHandle split;
    private final MethodHandle free;
    private final MethodHandle setErrors;
    private final MethodHandle test;
    private final MethodHandle count;
    private final MethodHandle probe;
    private final MethodHandle send;
    private final MethodHandle receive;
    private final MethodHandle barrier;
    private final MethodHandle broadcast;
    private final MethodHandle allGather;
    private final MethodHandle allGatherV;
    private final MethodHandle allToAll;
    private final MethodHandle allToAllV;

    private MpiNative(SymbolLookup symbols, MpiAbi abi) {
        this.symbols = symbols;
        this.abi = abi;
        this.rank = function("MPI_Comm_rank", JAVA_LONG, JAVA_LONG);
        this.size = function("MPI_Comm_size", JAVA_LONG, JAVA_LONG);
        this.dup = function("MPI_Comm_dup", JAVA_LONG, JAVA_LONG);
        this.split = function("MPI_Comm_split", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
        this.free = function("MPI_Comm_free", JAVA_LONG);
        this.setErrors = function("MPI_Comm_set_errhandler", JAVA_LONG, JAVA_LONG);
        this.test = function("MPI_Test", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        this.count = function("MPI_Get_count", JAVA_LONG, JAVA_LONG, JAVA_LONG);
        this.probe = function("MPI_Iprobe", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
        ValueLayout[] message = {JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG};
        this.send = function("MPI_Isend", message);
        this.receive = function("MPI_Irecv", message);
        this.barrier = function("MPI_Ibarrier", JAVA_LONG, JAVA_LONG);
        this.broadcast = function("MPI_Ibcast", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG);
        ValueLayout[] gather = {JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG};
        this.allGather = function("MPI_Iallgather", gather);
        this.allToAll = function("MPI_Ialltoall", gather);
        this.allGatherV = function(
                "MPI_Iallgatherv",
                JAVA_LONG,
                JAVA_INT,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG);
        this.allToAllV = function(
                "MPI_Ialltoallv",
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG,
                JAVA_LONG);
    }

    /** A library by its file's name; empty where there is none, or it is no MPI. */
    static Optional<MpiNative> load(String library) {
        leaveSignalsToTheJvm();
        SymbolLookup symbols;
        try {
            symbols = SymbolLookup.libraryLookup(library, Arena.global());
        } catch (IllegalArgumentException absent) {
            return Optional.empty();
        }
        if (symbols.find("MPI_Init_thread").isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MpiNative(symbols, abi(library, symbols)));
    }

    /**
     * UCX, which MPICH may bring, takes a memory fault for the program's end, unless this variable says otherwise before it
     * is loaded. The JVM lives by such faults, and handles them itself.
     */
    private static void leaveSignalsToTheJvm() {
        Linker linker = Linker.nativeLinker();
        MethodHandle setenv = linker.downcallHandle(
                linker.defaultLookup().findOrThrow("setenv"),
                FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, JAVA_INT));
        try (Arena arena = Arena.ofConfined()) {
            int code = (int) setenv.invokeExact(arena.allocateFrom("UCX_ERROR_SIGNALS"), arena.allocateFrom(""), 1);
            if (code != 0) {
                throw new NativeCallException("setenv", code, "", "");
            }
        } catch (Throwable t) {
            throw sneak("setenv", t);
        }
    }

    private static MpiAbi abi(String library, SymbolLookup symbols) {
        if (symbols.find("MPI_Abi_get_version").isPresent() && library.contains("mpi_abi")) {
            return MpiAbi.STANDARD;
        }
        return symbols.find("ompi_mpi_comm_world")
                .map(world -> MpiAbi.openMpi(
                        world.address(),
                        symbols.findOrThrow("ompi_mpi_byte").address(),
                        symbols.findOrThrow("ompi_mpi_errors_return").address()))
                .orElse(MpiAbi.MPICH);
    }

    private MethodHandle function(String name, ValueLayout... arguments) {
        return linker.downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    MpiAbi abi() {
        return abi;
    }

    /** The library's own words, which it may be asked for before it is initialized. */
    String version() {
        MemorySegment text = arena.allocate(MOST_TEXT);
        MemorySegment length = arena.allocate(JAVA_INT);
        call("MPI_Get_library_version", text.address(), length.address());
        return text.getString(0).lines().findFirst().orElse("").strip();
    }

    /**
     * Starts the library, for this process and as long as it lives.
     *
     * @return false if another has started it and does not let several threads call
     */
    boolean initialize() {
        MemorySegment number = arena.allocate(JAVA_INT);
        call("MPI_Initialized", number.address());
        if (number.get(JAVA_INT, 0) != 0) {
            call("MPI_Query_thread", number.address());
        } else {
            MethodHandle init = function("MPI_Init_thread", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
            try {
                check("MPI_Init_thread", (int) init.invokeExact(0L, 0L, abi.multiple(), number.address()));
            } catch (Throwable t) {
                throw sneak("MPI_Init_thread", t);
            }
        }
        return number.get(JAVA_INT, 0) >= abi.serialized();
    }

    void finish() {
        call("MPI_Finalize");
    }

    /** For functions that are called once: arguments are all eight bytes. */
    private void call(String name, long... arguments) {
        ValueLayout[] layouts = new ValueLayout[arguments.length];
        Object[] boxed = new Object[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            layouts[i] = JAVA_LONG;
            boxed[i] = arguments[i];
        }
        try {
            check(name, (int) function(name, layouts).invokeWithArguments(boxed));
        } catch (Throwable t) {
            throw sneak(name, t);
        }
    }

    int rank(long comm) {
        return number("MPI_Comm_rank", rank, comm);
    }

    int size(long comm) {
        return number("MPI_Comm_size", size, comm);
    }

    private int number(String name, MethodHandle function, long comm) {
        MemorySegment number = arena.allocate(JAVA_INT);
        try {
            check(name, (int) function.invokeExact(comm, number.address()));
        } catch (Throwable t) {
            throw sneak(name, t);
        }
        return number.get(JAVA_INT, 0);
    }

    /** A communicator of the same ranks, whose failures are codes to return. Called by all. */
    long duplicate(long comm) {
        MemorySegment made = arena.allocate(JAVA_LONG);
        try {
            check("MPI_Comm_dup", (int) dup.invokeExact(comm, made.address()));
            check("MPI_Comm_set_errhandler", (int) setErrors.invokeExact(made.get(JAVA_LONG, 0), abi.errorsReturn()));
        } catch (Throwable t) {
            throw sneak("MPI_Comm_dup", t);
        }
        return made.get(JAVA_LONG, 0);
    }

    long split(long comm, int colour, int key) {
        MemorySegment made = arena.allocate(JAVA_LONG);
        try {
            check("MPI_Comm_split", (int) split.invokeExact(comm, colour, key, made.address()));
        } catch (Throwable t) {
            throw sneak("MPI_Comm_split", t);
        }
        return made.get(JAVA_LONG, 0);
    }

    void free(long comm) {
        MemorySegment handle = arena.allocate(JAVA_LONG);
        handle.set(JAVA_LONG, 0, comm);
        try {
            check("MPI_Comm_free", (int) free.invokeExact(handle.address()));
        } catch (Throwable t) {
            throw sneak("MPI_Comm_free", t);
        }
    }

    /** Whether a request is done; it is gone then. */
    boolean test(MpiRequest request) {
        try {
            check("MPI_Test", (int) test.invokeExact(request.handle(), request.flag(), request.status()));
        } catch (Throwable t) {
            throw sneak("MPI_Test", t);
        }
        return request.isFlagged();
    }

    /** The bytes of a message that was received. */
    int received(MpiRequest request) {
        try {
            check("MPI_Get_count", (int) count.invokeExact(request.status(), abi.typeByte(), request.flag()));
        } catch (Throwable t) {
            throw sneak("MPI_Get_count", t);
        }
        return request.answer();
    }

    /** Whether a message of that tag is there, from anyone. */
    boolean probe(int tag, long comm, MpiRequest scratch) {
        try {
            check("MPI_Iprobe", (int)
                    probe.invokeExact(abi.anySource(), tag, comm, scratch.flag(), abi.statusIgnore()));
        } catch (Throwable t) {
            throw sneak("MPI_Iprobe", t);
        }
        return scratch.isFlagged();
    }

    void send(long data, int bytes, int to, int tag, long comm, MpiRequest request) {
        try {
            check("MPI_Isend", (int) send.invokeExact(data, bytes, abi.typeByte(), to, tag, comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Isend", t);
        }
    }

    void receive(long data, int bytes, int from, int tag, long comm, MpiRequest request) {
        try {
            check("MPI_Irecv", (int)
                    receive.invokeExact(data, bytes, abi.typeByte(), from, tag, comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Irecv", t);
        }
    }

    void barrier(long comm, MpiRequest request) {
        try {
            check("MPI_Ibarrier", (int) barrier.invokeExact(comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Ibarrier", t);
        }
    }

    void broadcast(long data, int bytes, int root, long comm, MpiRequest request) {
        try {
            check("MPI_Ibcast", (int) broadcast.invokeExact(data, bytes, abi.typeByte(), root, comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Ibcast", t);
        }
    }

    void allGather(long in, int bytes, long out, long comm, MpiRequest request) {
        try {
            check("MPI_Iallgather", (int) allGather.invokeExact(
                    in, bytes, abi.typeByte(), out, bytes, abi.typeByte(), comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Iallgather", t);
        }
    }

    /** In place: this rank's part lies in {@code out} already. */
    void allGatherInPlace(long out, long counts, long offsets, long comm, MpiRequest request) {
        try {
            check("MPI_Iallgatherv", (int) allGatherV.invokeExact(
                    abi.inPlace(), 0, abi.typeByte(), out, counts, offsets, abi.typeByte(), comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Iallgatherv", t);
        }
    }

    void allToAll(long in, int bytes, long out, long comm, MpiRequest request) {
        try {
            check("MPI_Ialltoall", (int) allToAll.invokeExact(
                    in, bytes, abi.typeByte(), out, bytes, abi.typeByte(), comm, request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Ialltoall", t);
        }
    }

    void allToAll(
            long in,
            long inCounts,
            long inOffsets,
            long out,
            long outCounts,
            long outOffsets,
            long comm,
            MpiRequest request) {
        try {
            check("MPI_Ialltoallv", (int) allToAllV.invokeExact(
                    in,
                    inCounts,
                    inOffsets,
                    abi.typeByte(),
                    out,
                    outCounts,
                    outOffsets,
                    abi.typeByte(),
                    comm,
                    request.handle()));
        } catch (Throwable t) {
            throw sneak("MPI_Ialltoallv", t);
        }
    }

    private void check(String name, int code) {
        if (code != SUCCESS) {
            throw new NativeCallException(name, code, describe(code), "");
        }
    }

    private String describe(int code) {
        MemorySegment text = arena.allocate(MOST_TEXT);
        MemorySegment length = arena.allocate(JAVA_INT);
        try {
            int failed = (int) function("MPI_Error_string", JAVA_INT, JAVA_LONG, JAVA_LONG)
                    .invokeExact(code, text.address(), length.address());
            return failed == SUCCESS ? text.getString(0) : "";
        } catch (Throwable t) {
            throw sneak("MPI_Error_string", t);
        }
    }

    private static RuntimeException sneak(String name, Throwable t) {
        if (t instanceof RuntimeException failure) {
            return failure;
        }
        if (t instanceof OutOfMemoryError memory) {
            throw memory;
        }
        throw new AssertionError(name + "'s descriptor is wrong", t);
    }
}
