package dev.tenon.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.tenon.kernels.cuda.TensorMap;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.util.Optional;

/**
 * The driver's functions that JCuda lacks, or calls only by way of objects of its own: what runs for every operator must make
 * none, and host memory is told by its address here. Each answers with the driver's code. Handles are passed as 64-bit
 * integers, which x86-64's and AArch64's calling conventions treat as they do pointers.
 */
final class DriverNative {
    static final String LIBRARY = "libcuda.so.1";

    private static final String NO_CHECKED = "a downcall declares no checked exceptions";
    private static final int LOG_BYTES = 16 << 10;
    private static final int MAP_FLOAT16 = 6;
    private static final int MAP_BFLOAT16 = 9;
    private static final int MAP_TFLOAT32 = 11;
    private static final int MAP_NO_INTERLEAVE = 0;
    private static final int MAP_SWIZZLE_128B = 3;
    private static final int MAP_L2_PROMOTION_128B = 2;
    private static final int MAP_ZEROS_OUTSIDE = 0;
    private static final int LOCATION_DEVICE = 1;
    private static final int READ_AND_WRITE = 3;
    private static final int JIT_ERROR_LOG_BUFFER = 5;
    private static final int JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6;

    private static final SymbolLookup DRIVER =
            LibraryNative.lookup(LIBRARY).orElseThrow(() -> new UnsatisfiedLinkError("there is no " + LIBRARY));

    private static final MethodHandle SET_CURRENT = find("cuCtxSetCurrent", JAVA_LONG);
    private static final MethodHandle MODULE_LOAD =
            find("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
    private static final MethodHandle MODULE_UNLOAD = find("cuModuleUnload", JAVA_LONG);
    private static final MethodHandle MODULE_FUNCTION = find("cuModuleGetFunction", ADDRESS, JAVA_LONG, ADDRESS);
    private static final MethodHandle FUNCTION_GET = find("cuFuncGetAttribute", ADDRESS, JAVA_INT, JAVA_LONG);
    private static final MethodHandle FUNCTION_SET = find("cuFuncSetAttribute", JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle CAN_REACH = find("cuDeviceCanAccessPeer", ADDRESS, JAVA_INT, JAVA_INT);
    private static final MethodHandle POOL_ACCESS = find("cuMemPoolSetAccess", JAVA_LONG, ADDRESS, JAVA_LONG);
    private static final MethodHandle POOL_SET = find("cuMemPoolSetAttribute", JAVA_LONG, JAVA_INT, ADDRESS);
    private static final MethodHandle POOL_GET = find("cuMemPoolGetAttribute", JAVA_LONG, JAVA_INT, ADDRESS);
    private static final MethodHandle ALLOCATE =
            find("cuMemAllocFromPoolAsync", ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle FREE = find("cuMemFreeAsync", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle HOST_ALLOCATE = find("cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT);
    private static final MethodHandle HOST_FREE = find("cuMemFreeHost", JAVA_LONG);
    private static final MethodHandle TO_DEVICE =
            find("cuMemcpyHtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle TO_HOST =
            find("cuMemcpyDtoHAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle TO_PEER =
            find("cuMemcpyPeerAsync", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ZERO = find("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle ENCODE_MAP = find(
            "cuTensorMapEncodeTiled",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            ADDRESS,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT);
    private static final MethodHandle EVENT_RECORD = find("cuEventRecord", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle EVENT_QUERY = find("cuEventQuery", JAVA_LONG);
    private static final MethodHandle STREAM_WAIT = find("cuStreamWaitEvent", JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle LAUNCH = find(
            "cuLaunchKernel",
            JAVA_LONG,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_INT,
            JAVA_LONG,
            ADDRESS,
            ADDRESS);
    private static final MethodHandle GRAPH_LAUNCH = find("cuGraphLaunch", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle GRAPH_UPDATE = find("cuGraphExecUpdate_v2", JAVA_LONG, JAVA_LONG, ADDRESS);

    private DriverNative() {}

    /** A function of the driver; one that this driver is too old for is found out about when it is called. */
    private static MethodHandle find(String name, MemoryLayout... parameters) {
        Optional<MemorySegment> symbol = DRIVER.find(name);
        FunctionDescriptor type = FunctionDescriptor.of(JAVA_INT, parameters);
        return symbol.map(address -> Linker.nativeLinker().downcallHandle(address, type))
                .orElseGet(() -> absent(name, type));
    }

    private static MethodHandle absent(String name, FunctionDescriptor type) {
        MethodHandle thrower = MethodHandles.throwException(int.class, UnsatisfiedLinkError.class)
                .bindTo(new UnsatisfiedLinkError("the CUDA driver has no function " + name));
        return MethodHandles.dropArguments(thrower, 0, type.toMethodType().parameterArray());
    }

    /** Says what a call made from an address that the driver wrote. */
    record Made(int code, long handle) {}

    /** A module's handle or what the compiler said. */
    record Loaded(int code, long module, String log) {}

    static int setCurrent(long context) {
        return call(() -> (int) SET_CURRENT.invokeExact(context));
    }

    static Loaded loadModule(byte[] image) {
        try (Arena arena = Arena.ofConfined()) {
            // PTX is text that ends with a zero.
            MemorySegment text = arena.allocate(image.length + 1L, 16);
            MemorySegment.copy(image, 0, text, JAVA_BYTE, 0, image.length);
            MemorySegment module = arena.allocate(ADDRESS);
            MemorySegment log = arena.allocate(LOG_BYTES);
            MemorySegment options = arena.allocateFrom(JAVA_INT, JIT_ERROR_LOG_BUFFER, JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
            MemorySegment values = arena.allocateFrom(JAVA_LONG, log.address(), LOG_BYTES);
            int code = call(() -> (int) MODULE_LOAD.invokeExact(module, text, 2, options, values));
            return new Loaded(
                    code,
                    module.get(JAVA_LONG, 0),
                    code == 0 ? "" : log.getString(0).strip());
        }
    }

    static int unloadModule(long module) {
        return call(() -> (int) MODULE_UNLOAD.invokeExact(module));
    }

    static Made function(long module, String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocateFrom(name);
            return made(to -> call(() -> (int) MODULE_FUNCTION.invokeExact(to, module, text)));
        }
    }

    static Made functionAttribute(long function, int attribute) {
        return made(to -> call(() -> (int) FUNCTION_GET.invokeExact(to, attribute, function)));
    }

    static int setFunctionAttribute(long function, int attribute, int value) {
        return call(() -> (int) FUNCTION_SET.invokeExact(function, attribute, value));
    }

    /** By the driver's numbers of devices, which is what its handles for them are. */
    static Made canReach(int device, int other) {
        return made(to -> call(() -> (int) CAN_REACH.invokeExact(to, device, other)));
    }

    static int letReach(long pool, int device) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment access = arena.allocateFrom(JAVA_INT, LOCATION_DEVICE, device, READ_AND_WRITE);
            return call(() -> (int) POOL_ACCESS.invokeExact(pool, access, 1L));
        }
    }

    static int setPoolAttribute(long pool, int attribute, long value) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment memory = arena.allocateFrom(JAVA_LONG, value);
            return call(() -> (int) POOL_SET.invokeExact(pool, attribute, memory));
        }
    }

    static Made poolAttribute(long pool, int attribute) {
        return made(to -> call(() -> (int) POOL_GET.invokeExact(pool, attribute, to)));
    }

    static Made allocate(long pool, long bytes, long stream) {
        return made(to -> call(() -> (int) ALLOCATE.invokeExact(to, bytes, pool, stream)));
    }

    static int free(long pointer, long stream) {
        return call(() -> (int) FREE.invokeExact(pointer, stream));
    }

    static Made allocateHost(long bytes) {
        int portable = 1;
        return made(to -> call(() -> (int) HOST_ALLOCATE.invokeExact(to, bytes, portable)));
    }

    static int freeHost(long pointer) {
        return call(() -> (int) HOST_FREE.invokeExact(pointer));
    }

    static int copyToDevice(long to, long from, long bytes, long stream) {
        return call(() -> (int) TO_DEVICE.invokeExact(to, from, bytes, stream));
    }

    static int copyToHost(long to, long from, long bytes, long stream) {
        return call(() -> (int) TO_HOST.invokeExact(to, from, bytes, stream));
    }

    static int copyToPeer(long to, long toContext, long from, long fromContext, long bytes, long stream) {
        return call(() -> (int) TO_PEER.invokeExact(to, toContext, from, fromContext, bytes, stream));
    }

    static int zero(long pointer, long bytes, long stream) {
        return call(() -> (int) ZERO.invokeExact(pointer, (byte) 0, bytes, stream));
    }

    static int encodeTensorMap(long to, TensorMap map, long pointer) {
        int rank = map.sizes().size();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment sizes = arena.allocate(JAVA_LONG, rank);
            MemorySegment strides = arena.allocate(JAVA_LONG, rank);
            MemorySegment box = arena.allocate(JAVA_INT, rank);
            MemorySegment steps = arena.allocate(JAVA_INT, rank);
            for (int axis = 0; axis < rank; axis++) {
                sizes.setAtIndex(JAVA_LONG, axis, map.sizes().get(axis));
                if (axis > 0) {
                    strides.setAtIndex(JAVA_LONG, axis - 1, map.strideBytes().get(axis - 1));
                }
                box.setAtIndex(JAVA_INT, axis, map.box().get(axis));
                steps.setAtIndex(JAVA_INT, axis, 1);
            }
            int type = switch (map.element()) {
                case F16 -> MAP_FLOAT16;
                case BF16 -> MAP_BFLOAT16;
                case TF32 -> MAP_TFLOAT32;
            };
            return call(() -> (int) ENCODE_MAP.invokeExact(
                    to,
                    type,
                    rank,
                    pointer,
                    sizes,
                    strides,
                    box,
                    steps,
                    MAP_NO_INTERLEAVE,
                    MAP_SWIZZLE_128B,
                    MAP_L2_PROMOTION_128B,
                    MAP_ZEROS_OUTSIDE));
        }
    }

    static int recordEvent(long event, long stream) {
        return call(() -> (int) EVENT_RECORD.invokeExact(event, stream));
    }

    static int queryEvent(long event) {
        return call(() -> (int) EVENT_QUERY.invokeExact(event));
    }

    static int waitEvent(long stream, long event) {
        return call(() -> (int) STREAM_WAIT.invokeExact(stream, event, 0));
    }

    static int launch(long function, Driver.Grid grid, long stream, MemorySegment parameters) {
        try {
            return (int) LAUNCH.invokeExact(
                    function,
                    grid.x(),
                    grid.y(),
                    grid.z(),
                    grid.threadsX(),
                    grid.threadsY(),
                    grid.threadsZ(),
                    grid.sharedBytes(),
                    stream,
                    parameters,
                    MemorySegment.NULL);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(NO_CHECKED, e);
        }
    }

    static int launchGraph(long executable, long stream) {
        return call(() -> (int) GRAPH_LAUNCH.invokeExact(executable, stream));
    }

    /** What it says in CUgraphExecUpdateResultInfo, the code has already said. */
    static int updateGraph(long executable, long graph) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment information = arena.allocate(24, 8);
            return call(() -> (int) GRAPH_UPDATE.invokeExact(executable, graph, information));
        }
    }

    /** A call into the driver. */
    @FunctionalInterface
    private interface Call {
        int run() throws Throwable;
    }

    /** A call that writes a handle or a number of up to 8 bytes. */
    @FunctionalInterface
    private interface Making {
        int run(MemorySegment to);
    }

    private static int call(Call call) {
        try {
            return call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(NO_CHECKED, e);
        }
    }

    private static Made made(Making making) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment to = arena.allocate(JAVA_LONG);
            int code = making.run(to);
            return new Made(code, code == 0 ? to.get(JAVA_LONG, 0) : 0);
        }
    }
}
