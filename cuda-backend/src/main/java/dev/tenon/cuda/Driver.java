package dev.tenon.cuda;

import dev.tenon.error.NativeCallException;
import dev.tenon.kernels.cuda.TensorMap;
import java.lang.foreign.MemorySegment;

/**
 * CUDA's driver API as far as this backend uses it: one method a call. Handles and device pointers are addresses, never 0.
 * Every method throws {@link NativeCallException} with function, code and the code's name for any code but success. Calls that
 * follow {@link #setCurrent} concern the context that the calling thread has made current.
 */
interface Driver {
    /** cuDriverGetVersion: 1000 * major + 10 * minor. */
    int version();

    /** cuDeviceGetCount. */
    int deviceCount();

    /** cuDeviceGetName. */
    String deviceName(int device);

    /** cuDeviceTotalMem, in bytes. */
    long deviceMemory(int device);

    /** cuDeviceGetAttribute. */
    int attribute(int device, int attribute);

    /** cuDeviceCanAccessPeer: whether a device may be let reach the other's memory without the host. */
    boolean canReach(int device, int other);

    /** cuDevicePrimaryCtxRetain: the context that other CUDA libraries of the process use too. */
    long retainContext(int device);

    /** cuDevicePrimaryCtxRelease. */
    void releaseContext(int device);

    /** cuCtxSetCurrent, for this thread. */
    void setCurrent(long context);

    /** cuModuleLoadDataEx: PTX text, or a cubin; a failure has the compiler's log. */
    long loadModule(byte[] image);

    /** cuModuleUnload. */
    void unloadModule(long module);

    /** cuModuleGetFunction. */
    long function(long module, String name);

    /** cuFuncGetAttribute. */
    int functionAttribute(long function, int attribute);

    /** cuFuncSetAttribute. */
    void setFunctionAttribute(long function, int attribute, int value);

    /** cuStreamCreate: one that does not wait for the legacy default stream. */
    long createStream();

    /** cuStreamDestroy; work that is still on it goes on. */
    void destroyStream(long stream);

    /** cuStreamSynchronize; throws the failure of earlier work. */
    void synchronizeStream(long stream);

    /** cuStreamWaitEvent. */
    void waitEvent(long stream, long event);

    /** cuEventCreate: one that waits in the kernel, with a time if wanted. */
    long createEvent(boolean timed);

    /** cuEventDestroy. */
    void destroyEvent(long event);

    /** cuEventRecord. */
    void recordEvent(long event, long stream);

    /** cuEventQuery. */
    boolean isPassed(long event);

    /** cuEventSynchronize. */
    void synchronizeEvent(long event);

    /** cuEventElapsedTime, in milliseconds. */
    float elapsed(long from, long to);

    /** cuMemPoolCreate: a stream-ordered pool on a device. */
    long createPool(int device);

    /** cuMemPoolDestroy. */
    void destroyPool(long pool);

    /** cuMemPoolSetAttribute of the release threshold: bytes that it keeps when a stream is synchronized. */
    void keepInPool(long pool, long bytes);

    /** cuMemPoolGetAttribute of what it has reserved of the device, in bytes. */
    long reserved(long pool);

    /** cuMemPoolTrimTo: gives all back but so many bytes. */
    void trimPool(long pool, long keep);

    /** cuMemPoolSetAccess: lets another device read and write what is and will be in the pool. */
    void letReach(long pool, int device);

    /** cuMemAllocFromPoolAsync: there once the stream has come so far. */
    long allocate(long pool, long bytes, long stream);

    /** cuMemFreeAsync, once the stream has come so far. */
    void free(long pointer, long stream);

    /** cuMemHostAlloc: pinned memory that every context may copy from and to. */
    long allocateHost(long bytes);

    /** cuMemFreeHost. */
    void freeHost(long pointer);

    /** cuMemcpyHtoDAsync from pinned memory. */
    void copyToDevice(long to, long fromHost, long bytes, long stream);

    /** cuMemcpyDtoHAsync to pinned memory. */
    void copyToHost(long toHost, long from, long bytes, long stream);

    /** cuMemsetD8Async with zeros. */
    void zero(long pointer, long bytes, long stream);

    /** cuMemcpyPeerAsync: directly where the stream's device may reach the memory, else the driver goes by way of the host. */
    void copyToPeer(long to, long toContext, long from, long fromContext, long bytes, long stream);

    /**
     * cuTensorMapEncodeTiled, in driver versions from 12.0 on.
     *
     * @param to host memory for the map's 128 bytes, a multiple of 64
     * @param pointer where the first element lies, the map's offset included; a multiple of 16
     */
    void encodeTensorMap(long to, TensorMap map, long pointer);

    /**
     * cuLaunchKernel.
     *
     * @param parameters an array of addresses, one a parameter of the kernel, of the parameters' values; read before the call
     *     returns
     */
    void launch(long function, Grid grid, long stream, MemorySegment parameters);

    /** cuStreamBeginCapture, for what this thread puts on the stream. */
    void beginCapture(long stream);

    /** cuStreamEndCapture: the graph. */
    long endCapture(long stream);

    /** cuGraphInstantiate. */
    long instantiate(long graph);

    /** cuGraphExecUpdate. False where the graph's form differs: then it is to be instantiated anew. */
    boolean update(long executable, long graph);

    /** cuGraphLaunch. */
    void launchGraph(long executable, long stream);

    /** cuGraphExecDestroy. */
    void destroyExecutable(long executable);

    /** cuGraphDestroy. */
    void destroyGraph(long graph);

    /**
     * The blocks of a launch.
     *
     * @param x blocks along the first axis
     * @param threadsX threads of a block along the first axis
     * @param sharedBytes of shared memory that a block has beyond what the kernel declares
     */
    record Grid(int x, int y, int z, int threadsX, int threadsY, int threadsZ, int sharedBytes) {}
}
