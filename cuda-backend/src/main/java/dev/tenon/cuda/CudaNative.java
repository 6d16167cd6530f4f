package dev.tenon.cuda;

import dev.tenon.error.NativeCallException;
import dev.tenon.kernels.cuda.TensorMap;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUgraph;
import jcuda.driver.CUgraphExec;
import jcuda.driver.CUmemAllocationType;
import jcuda.driver.CUmemLocation;
import jcuda.driver.CUmemLocationType;
import jcuda.driver.CUmemPoolProps;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstreamCaptureMode;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/** The driver itself: by way of JCuda what is called now and then, by way of {@link DriverNative} what every operator calls. */
final class CudaNative implements Driver {
    private static final int RELEASE_THRESHOLD = 4;
    private static final int RESERVED_NOW = 5;

    private final JCudaHandles<CUcontext> contexts = new JCudaHandles<>();
    private final JCudaHandles<CUstream> streams = new JCudaHandles<>();
    private final JCudaHandles<CUevent> events = new JCudaHandles<>();
    private final JCudaHandles<CUmemoryPool> pools = new JCudaHandles<>();
    private final JCudaHandles<CUgraph> graphs = new JCudaHandles<>();
    private final JCudaHandles<CUgraphExec> executables = new JCudaHandles<>();

    private CudaNative() {}

    /**
     * Loads the driver and JCuda and initializes them.
     *
     * @throws UnsatisfiedLinkError where there is no driver or JCuda's library cannot be loaded
     * @throws NativeCallException where the driver finds no device or does not start
     */
    static CudaNative load() {
        JCudaDriver.setExceptionsEnabled(false);
        check("cuInit", JCudaDriver.cuInit(0));
        return new CudaNative();
    }

    private static void check(String function, int code) {
        if (code != CUresult.CUDA_SUCCESS) {
            throw failure(function, code, "");
        }
    }

    private static NativeCallException failure(String function, int code, String log) {
        return new NativeCallException(function, code, CUresult.stringFor(code), log);
    }

    private static long made(String function, DriverNative.Made made) {
        check(function, made.code());
        return made.handle();
    }

    private static CUdevice device(int index) {
        CUdevice device = new CUdevice();
        check("cuDeviceGet", JCudaDriver.cuDeviceGet(device, index));
        return device;
    }

    @Override
    public int version() {
        int[] version = new int[1];
        check("cuDriverGetVersion", JCudaDriver.cuDriverGetVersion(version));
        return version[0];
    }

    @Override
    public int deviceCount() {
        int[] count = new int[1];
        check("cuDeviceGetCount", JCudaDriver.cuDeviceGetCount(count));
        return count[0];
    }

    @Override
    public String deviceName(int device) {
        byte[] name = new byte[256];
        check("cuDeviceGetName", JCudaDriver.cuDeviceGetName(name, name.length, device(device)));
        String text = new String(name, StandardCharsets.UTF_8);
        int end = text.indexOf('\0');
        return end < 0 ? text : text.substring(0, end);
    }

    @Override
    public long deviceMemory(int device) {
        long[] bytes = new long[1];
        check("cuDeviceTotalMem", JCudaDriver.cuDeviceTotalMem(bytes, device(device)));
        return bytes[0];
    }

    @Override
    public int attribute(int device, int attribute) {
        int[] value = new int[1];
        check("cuDeviceGetAttribute", JCudaDriver.cuDeviceGetAttribute(value, attribute, device(device)));
        return value[0];
    }

    @Override
    public boolean canReach(int device, int other) {
        return made("cuDeviceCanAccessPeer", DriverNative.canReach(device, other)) != 0;
    }

    @Override
    public long retainContext(int device) {
        JCudaHandles.Context context = new JCudaHandles.Context();
        check("cuDevicePrimaryCtxRetain", JCudaDriver.cuDevicePrimaryCtxRetain(context, device(device)));
        return contexts.put(context.address(), context);
    }

    @Override
    public void releaseContext(int device) {
        check("cuDevicePrimaryCtxRelease", JCudaDriver.cuDevicePrimaryCtxRelease(device(device)));
    }

    @Override
    public void setCurrent(long context) {
        check("cuCtxSetCurrent", DriverNative.setCurrent(context));
    }

    @Override
    public long loadModule(byte[] image) {
        DriverNative.Loaded loaded = DriverNative.loadModule(image);
        if (loaded.code() != CUresult.CUDA_SUCCESS) {
            throw failure("cuModuleLoadDataEx", loaded.code(), loaded.log());
        }
        return loaded.module();
    }

    @Override
    public void unloadModule(long module) {
        check("cuModuleUnload", DriverNative.unloadModule(module));
    }

    @Override
    public long function(long module, String name) {
        return made("cuModuleGetFunction", DriverNative.function(module, name));
    }

    @Override
    public int functionAttribute(long function, int attribute) {
        return (int) made("cuFuncGetAttribute", DriverNative.functionAttribute(function, attribute));
    }

    @Override
    public void setFunctionAttribute(long function, int attribute, int value) {
        check("cuFuncSetAttribute", DriverNative.setFunctionAttribute(function, attribute, value));
    }

    @Override
    public long createStream() {
        JCudaHandles.Stream stream = new JCudaHandles.Stream();
        check("cuStreamCreate", JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
        return streams.put(stream.address(), stream);
    }

    @Override
    public void destroyStream(long stream) {
        check("cuStreamDestroy", JCudaDriver.cuStreamDestroy(streams.remove(stream)));
    }

    @Override
    public void synchronizeStream(long stream) {
        check("cuStreamSynchronize", JCudaDriver.cuStreamSynchronize(streams.get(stream)));
    }

    @Override
    public void waitEvent(long stream, long event) {
        check("cuStreamWaitEvent", DriverNative.waitEvent(stream, event));
    }

    @Override
    public long createEvent(boolean timed) {
        JCudaHandles.Event event = new JCudaHandles.Event();
        int flags = CUevent_flags.CU_EVENT_BLOCKING_SYNC | (timed ? 0 : CUevent_flags.CU_EVENT_DISABLE_TIMING);
        check("cuEventCreate", JCudaDriver.cuEventCreate(event, flags));
        return events.put(event.address(), event);
    }

    @Override
    public void destroyEvent(long event) {
        check("cuEventDestroy", JCudaDriver.cuEventDestroy(events.remove(event)));
    }

    @Override
    public void recordEvent(long event, long stream) {
        check("cuEventRecord", DriverNative.recordEvent(event, stream));
    }

    @Override
    public boolean isPassed(long event) {
        int code = DriverNative.queryEvent(event);
        if (code == ErrorCodes.NOT_READY) {
            return false;
        }
        check("cuEventQuery", code);
        return true;
    }

    @Override
    public void synchronizeEvent(long event) {
        check("cuEventSynchronize", JCudaDriver.cuEventSynchronize(events.get(event)));
    }

    @Override
    public float elapsed(long from, long to) {
        float[] milliseconds = new float[1];
        check("cuEventElapsedTime", JCudaDriver.cuEventElapsedTime(milliseconds, events.get(from), events.get(to)));
        return milliseconds[0];
    }

    @Override
    public long createPool(int device) {
        CUmemPoolProps properties = new CUmemPoolProps();
        properties.allocType = CUmemAllocationType.CU_MEM_ALLOCATION_TYPE_PINNED;
        properties.location = new CUmemLocation(CUmemLocationType.CU_MEM_LOCATION_TYPE_DEVICE, device);
        JCudaHandles.Pool pool = new JCudaHandles.Pool();
        check("cuMemPoolCreate", JCudaDriver.cuMemPoolCreate(pool, properties));
        return pools.put(pool.address(), pool);
    }

    @Override
    public void destroyPool(long pool) {
        check("cuMemPoolDestroy", JCudaDriver.cuMemPoolDestroy(pools.remove(pool)));
    }

    @Override
    public void keepInPool(long pool, long bytes) {
        check("cuMemPoolSetAttribute", DriverNative.setPoolAttribute(pool, RELEASE_THRESHOLD, bytes));
    }

    @Override
    public long reserved(long pool) {
        return made("cuMemPoolGetAttribute", DriverNative.poolAttribute(pool, RESERVED_NOW));
    }

    @Override
    public void trimPool(long pool, long keep) {
        check("cuMemPoolTrimTo", JCudaDriver.cuMemPoolTrimTo(pools.get(pool), keep));
    }

    @Override
    public void letReach(long pool, int device) {
        check("cuMemPoolSetAccess", DriverNative.letReach(pool, device));
    }

    @Override
    public long allocate(long pool, long bytes, long stream) {
        return made("cuMemAllocFromPoolAsync", DriverNative.allocate(pool, bytes, stream));
    }

    @Override
    public void free(long pointer, long stream) {
        check("cuMemFreeAsync", DriverNative.free(pointer, stream));
    }

    @Override
    public long allocateHost(long bytes) {
        return made("cuMemHostAlloc", DriverNative.allocateHost(bytes));
    }

    @Override
    public void freeHost(long pointer) {
        check("cuMemFreeHost", DriverNative.freeHost(pointer));
    }

    @Override
    public void copyToDevice(long to, long fromHost, long bytes, long stream) {
        check("cuMemcpyHtoDAsync", DriverNative.copyToDevice(to, fromHost, bytes, stream));
    }

    @Override
    public void copyToHost(long toHost, long from, long bytes, long stream) {
        check("cuMemcpyDtoHAsync", DriverNative.copyToHost(toHost, from, bytes, stream));
    }

    @Override
    public void zero(long pointer, long bytes, long stream) {
        check("cuMemsetD8Async", DriverNative.zero(pointer, bytes, stream));
    }

    @Override
    public void encodeTensorMap(long to, TensorMap map, long pointer) {
        check("cuTensorMapEncodeTiled", DriverNative.encodeTensorMap(to, map, pointer));
    }

    @Override
    public void copyToPeer(long to, long toContext, long from, long fromContext, long bytes, long stream) {
        check("cuMemcpyPeerAsync", DriverNative.copyToPeer(to, toContext, from, fromContext, bytes, stream));
    }

    @Override
    public void launch(long function, Grid grid, long stream, MemorySegment parameters) {
        check("cuLaunchKernel", DriverNative.launch(function, grid, stream, parameters));
    }

    @Override
    public void beginCapture(long stream) {
        check(
                "cuStreamBeginCapture",
                JCudaDriver.cuStreamBeginCapture(
                        streams.get(stream), CUstreamCaptureMode.CU_STREAM_CAPTURE_MODE_THREAD_LOCAL));
    }

    @Override
    public long endCapture(long stream) {
        JCudaHandles.Graph graph = new JCudaHandles.Graph();
        check("cuStreamEndCapture", JCudaDriver.cuStreamEndCapture(streams.get(stream), graph));
        return graphs.put(graph.address(), graph);
    }

    @Override
    public long instantiate(long graph) {
        JCudaHandles.Executable executable = new JCudaHandles.Executable();
        check("cuGraphInstantiate", JCudaDriver.cuGraphInstantiate(executable, graphs.get(graph), 0L));
        return executables.put(executable.address(), executable);
    }

    @Override
    public boolean update(long executable, long graph) {
        int code = DriverNative.updateGraph(executable, graph);
        if (code == ErrorCodes.GRAPH_EXEC_UPDATE_FAILURE) {
            return false;
        }
        check("cuGraphExecUpdate", code);
        return true;
    }

    @Override
    public void launchGraph(long executable, long stream) {
        check("cuGraphLaunch", DriverNative.launchGraph(executable, stream));
    }

    @Override
    public void destroyExecutable(long executable) {
        check("cuGraphExecDestroy", JCudaDriver.cuGraphExecDestroy(executables.remove(executable)));
    }

    @Override
    public void destroyGraph(long graph) {
        check("cuGraphDestroy", JCudaDriver.cuGraphDestroy(graphs.remove(graph)));
    }
}
