package dev.tenon.opencl;

import dev.tenon.error.NativeCallException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.ByteBuffer;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL11;
import org.lwjgl.opencl.CL12;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/** OpenCL's functions, checked: each throws {@link NativeCallException} for any code but success. */
final class OpenClNative {
    private static final long NULL = MemoryUtil.NULL;

    private OpenClNative() {}

    /** Whether the system finds a library of this name. */
    static boolean isThere(String library) {
        try (Arena arena = Arena.ofConfined()) {
            SymbolLookup.libraryLookup(library, arena);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static void check(String function, int code) {
        if (code != CL10.CL_SUCCESS) {
            throw failure(function, code, "");
        }
    }

    static NativeCallException failure(String function, int code, String log) {
        return new NativeCallException(function, code, ErrorCodes.name(code), log);
    }

    static String deviceText(long device, int parameter) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, parameter, (ByteBuffer) null, size));
            ByteBuffer bytes = stack.malloc((int) size.get(0));
            check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, parameter, bytes, null));
            return text(bytes);
        }
    }

    static long deviceLong(long device, int parameter) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            // Values of four bytes fill the low half.
            ByteBuffer bytes = stack.calloc(8);
            check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, parameter, bytes, null));
            return bytes.getLong(0);
        }
    }

    /** Of an array of sizes. */
    static List<Integer> deviceSizes(long device, int parameter) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, parameter, (ByteBuffer) null, size));
            PointerBuffer sizes = stack.mallocPointer((int) size.get(0) / Long.BYTES);
            check("clGetDeviceInfo", CL10.clGetDeviceInfo(device, parameter, sizes, null));
            List<Integer> values = new ArrayList<>();
            for (int i = 0; i < sizes.capacity(); i++) {
                values.add((int) sizes.get(i));
            }
            return values;
        }
    }

    static String platformText(long platform, int parameter) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            check("clGetPlatformInfo", CL10.clGetPlatformInfo(platform, parameter, (ByteBuffer) null, size));
            ByteBuffer bytes = stack.malloc((int) size.get(0));
            check("clGetPlatformInfo", CL10.clGetPlatformInfo(platform, parameter, bytes, null));
            return text(bytes);
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString().replace("\0", "").strip();
    }

    static long createContext(long platform, long device) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            PointerBuffer properties = stack.pointers(CL10.CL_CONTEXT_PLATFORM, platform, 0);
            long context = CL10.clCreateContext(properties, device, null, NULL, code);
            check("clCreateContext", code.get(0));
            return context;
        }
    }

    static void releaseContext(long context) {
        check("clReleaseContext", CL10.clReleaseContext(context));
    }

    static long createQueue(long context, long device, long properties) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            long queue = CL10.clCreateCommandQueue(context, device, properties, code);
            check("clCreateCommandQueue", code.get(0));
            return queue;
        }
    }

    static void releaseQueue(long queue) {
        check("clReleaseCommandQueue", CL10.clReleaseCommandQueue(queue));
    }

    /** @return the buffer, or 0 where there is no memory for it */
    static long createBuffer(long context, long flags, long bytes, long host) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            long buffer = CL10.nclCreateBuffer(context, flags, bytes, host, MemoryUtil.memAddress(code));
            return switch (code.get(0)) {
                case CL10.CL_SUCCESS -> buffer;
                case CL10.CL_MEM_OBJECT_ALLOCATION_FAILURE,
                        CL10.CL_OUT_OF_RESOURCES,
                        CL10.CL_OUT_OF_HOST_MEMORY,
                        CL10.CL_INVALID_BUFFER_SIZE -> 0;
                default -> throw failure("clCreateBuffer", code.get(0), "");
            };
        }
    }

    static void releaseBuffer(long buffer) {
        check("clReleaseMemObject", CL10.clReleaseMemObject(buffer));
    }

    /** Queues a copy of host memory into a buffer, which reads the memory until the event that is returned. */
    static long write(long queue, long buffer, long offset, long bytes, long from) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer event = stack.mallocPointer(1);
            check(
                    "clEnqueueWriteBuffer",
                    CL10.nclEnqueueWriteBuffer(
                            queue, buffer, CL10.CL_FALSE, offset, bytes, from, 0, NULL, MemoryUtil.memAddress(event)));
            return event.get(0);
        }
    }

    /** Queues a copy of a buffer into host memory, which writes the memory until the event that is returned. */
    static long read(long queue, long buffer, long offset, long bytes, long to) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer event = stack.mallocPointer(1);
            check(
                    "clEnqueueReadBuffer",
                    CL10.nclEnqueueReadBuffer(
                            queue, buffer, CL10.CL_FALSE, offset, bytes, to, 0, NULL, MemoryUtil.memAddress(event)));
            return event.get(0);
        }
    }

    static void flush(long queue) {
        check("clFlush", CL10.clFlush(queue));
    }

    static void finish(long queue) {
        check("clFinish", CL10.clFinish(queue));
    }

    static long marker(long queue) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer event = stack.mallocPointer(1);
            check("clEnqueueMarkerWithWaitList", CL12.clEnqueueMarkerWithWaitList(queue, null, event));
            return event.get(0);
        }
    }

    static void barrier(long queue, long event) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            check(
                    "clEnqueueBarrierWithWaitList",
                    CL12.clEnqueueBarrierWithWaitList(queue, stack.pointers(event), null));
        }
    }

    /** The state of an event's command: {@code CL_COMPLETE}, a greater number before that, a negative one if it failed. */
    static int status(long event) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer status = stack.mallocInt(1);
            check("clGetEventInfo", CL10.clGetEventInfo(event, CL10.CL_EVENT_COMMAND_EXECUTION_STATUS, status, null));
            return status.get(0);
        }
    }

    /** The failure of a command whose {@link #status} is negative. */
    static NativeCallException commandFailure(int status) {
        return failure("an enqueued command", status, "");
    }

    static void await(long event) {
        check("clWaitForEvents", CL10.clWaitForEvents(event));
    }

    /** Waits for an event. That its command failed is no failure of this call: {@link #status} tells. */
    static void awaitEnd(long event) {
        int code = CL10.clWaitForEvents(event);
        if (code != CL11.CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST) {
            check("clWaitForEvents", code);
        }
    }

    static void releaseEvent(long event) {
        check("clReleaseEvent", CL10.clReleaseEvent(event));
    }

    static long createProgram(long context, String source) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            long program = CL10.clCreateProgramWithSource(context, source, code);
            check("clCreateProgramWithSource", code.get(0));
            return program;
        }
    }

    /** @return the program, or 0 where the driver does not take the binary */
    static long createProgram(long context, long device, byte[] binary) {
        ByteBuffer bytes = MemoryUtil.memAlloc(binary.length);
        try (MemoryStack stack = MemoryStack.stackPush()) {
            bytes.put(binary).flip();
            IntBuffer code = stack.mallocInt(1);
            IntBuffer status = stack.mallocInt(1);
            long program = CL10.clCreateProgramWithBinary(context, stack.pointers(device), bytes, status, code);
            return code.get(0) == CL10.CL_SUCCESS ? program : 0;
        } finally {
            MemoryUtil.memFree(bytes);
        }
    }

    /** @return the code of {@code clBuildProgram} */
    static int build(long program, long device, String options) {
        return CL10.clBuildProgram(program, device, options, null, NULL);
    }

    static String buildLog(long program, long device) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            check(
                    "clGetProgramBuildInfo",
                    CL10.clGetProgramBuildInfo(program, device, CL10.CL_PROGRAM_BUILD_LOG, (ByteBuffer) null, size));
            ByteBuffer bytes = MemoryUtil.memAlloc((int) Math.max(1, size.get(0)));
            try {
                check(
                        "clGetProgramBuildInfo",
                        CL10.clGetProgramBuildInfo(program, device, CL10.CL_PROGRAM_BUILD_LOG, bytes, null));
                return text(bytes);
            } finally {
                MemoryUtil.memFree(bytes);
            }
        }
    }

    /** What the driver keeps of a built program; null where it keeps nothing. */
    static byte @Nullable [] binary(long program) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            check("clGetProgramInfo", CL10.clGetProgramInfo(program, CL10.CL_PROGRAM_BINARY_SIZES, size, null));
            if (size.get(0) <= 0) {
                return null;
            }
            ByteBuffer bytes = MemoryUtil.memAlloc((int) size.get(0));
            try {
                PointerBuffer addresses = stack.pointers(MemoryUtil.memAddress(bytes));
                check("clGetProgramInfo", CL10.clGetProgramInfo(program, CL10.CL_PROGRAM_BINARIES, addresses, null));
                byte[] binary = new byte[bytes.capacity()];
                bytes.get(0, binary);
                return binary;
            } finally {
                MemoryUtil.memFree(bytes);
            }
        }
    }

    static void releaseProgram(long program) {
        check("clReleaseProgram", CL10.clReleaseProgram(program));
    }

    static long createKernel(long program, String name) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            long kernel = CL10.clCreateKernel(program, name, code);
            if (code.get(0) != CL10.CL_SUCCESS) {
                throw failure("clCreateKernel", code.get(0), "kernel " + name);
            }
            return kernel;
        }
    }

    static int argumentCount(long kernel) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer count = stack.mallocInt(1);
            check("clGetKernelInfo", CL10.clGetKernelInfo(kernel, CL10.CL_KERNEL_NUM_ARGS, count, null));
            return count.get(0);
        }
    }

    static void releaseKernel(long kernel) {
        check("clReleaseKernel", CL10.clReleaseKernel(kernel));
    }

    static void argument(long kernel, int index, long bytes, long address) {
        int code = CL10.nclSetKernelArg(kernel, index, bytes, address);
        if (code != CL10.CL_SUCCESS) {
            throw failure("clSetKernelArg", code, "argument " + index + " of " + bytes + " bytes");
        }
    }

    /**
     * @param global work items along each axis, whole groups
     * @param local a group's work items along each axis
     */
    static void enqueue(long queue, long kernel, long[] global, long[] local) {
        enqueue(queue, kernel, global, local, NULL);
    }

    /** The same on a queue that measures; answers the event, which is the caller's to release. */
    static long enqueueTimed(long queue, long kernel, long[] global, long[] local) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer event = stack.mallocPointer(1);
            enqueue(queue, kernel, global, local, MemoryUtil.memAddress(event));
            return event.get(0);
        }
    }

    private static void enqueue(long queue, long kernel, long[] global, long[] local, long event) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            long sizes = stack.nmalloc(8, 6 * Long.BYTES);
            for (int i = 0; i < global.length; i++) {
                MemoryUtil.memPutAddress(sizes + 8L * i, global[i]);
                MemoryUtil.memPutAddress(sizes + 24 + 8L * i, local[i]);
            }
            check(
                    "clEnqueueNDRangeKernel",
                    CL10.nclEnqueueNDRangeKernel(
                            queue, kernel, global.length, NULL, sizes, sizes + 24, 0, NULL, event));
        }
    }

    /** When a command was given to its queue, in nanoseconds of the device's clock. */
    static long queuedNanos(long event) {
        return profilingNanos(event, CL10.CL_PROFILING_COMMAND_QUEUED);
    }

    static long startNanos(long event) {
        return profilingNanos(event, CL10.CL_PROFILING_COMMAND_START);
    }

    static long endNanos(long event) {
        return profilingNanos(event, CL10.CL_PROFILING_COMMAND_END);
    }

    private static long profilingNanos(long event, int parameter) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            LongBuffer nanos = stack.mallocLong(1);
            check("clGetEventProfilingInfo", CL10.clGetEventProfilingInfo(event, parameter, nanos, null));
            return nanos.get(0);
        }
    }

    /** Whether the device's buffers can lie in memory that the host uses too. */
    static boolean isHostMemory(long device) {
        return deviceLong(device, CL11.CL_DEVICE_HOST_UNIFIED_MEMORY) != 0
                && (deviceLong(device, CL10.CL_DEVICE_TYPE) & CL10.CL_DEVICE_TYPE_CPU) != 0;
    }
}
