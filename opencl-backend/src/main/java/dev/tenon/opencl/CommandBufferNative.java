package dev.tenon.opencl;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.IntBuffer;
import java.nio.LongBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL;
import org.lwjgl.opencl.CL10;
import org.lwjgl.opencl.CL30;
import org.lwjgl.opencl.KHRCommandBuffer;
import org.lwjgl.system.FunctionProviderLocal;
import org.lwjgl.system.JNI;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * The functions of {@code cl_khr_command_buffer} as one platform has them, by their addresses: those that LWJGL's own class
 * calls are the loader's, which knows them for some platforms only.
 *
 * @param flags what buffers are made with, so that they may be enqueued again while they run
 */
record CommandBufferNative(long create, long record, long complete, long enqueue, long release, long flags) {
    private static final String EXTENSION = "cl_khr_command_buffer";
    private static final long NULL = MemoryUtil.NULL;

    /** Name and version of an extension: four bytes, and a name of 64. */
    private static final int NAME_VERSION_BYTES = 68;

    /** @return the functions; null if the platform lacks one of them */
    static @Nullable CommandBufferNative of(long platform, long flags) {
        CommandBufferNative functions = new CommandBufferNative(
                address(platform, "clCreateCommandBufferKHR"),
                address(platform, "clCommandNDRangeKernelKHR"),
                address(platform, "clFinalizeCommandBufferKHR"),
                address(platform, "clEnqueueCommandBufferKHR"),
                address(platform, "clReleaseCommandBufferKHR"),
                flags);
        boolean whole = functions.create != NULL
                && functions.record != NULL
                && functions.complete != NULL
                && functions.enqueue != NULL
                && functions.release != NULL;
        return whole ? functions : null;
    }

    private static long address(long platform, String function) {
        FunctionProviderLocal provider = CL.getFunctionProvider();
        return provider == null ? NULL : provider.getFunctionAddress(platform, function);
    }

    /** @return the extension's version as OpenCL packs it; 0 where it is unknown */
    static int version(long device) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer size = stack.mallocPointer(1);
            int code = CL10.clGetDeviceInfo(device, CL30.CL_DEVICE_EXTENSIONS_WITH_VERSION, (ByteBuffer) null, size);
            if (code != CL10.CL_SUCCESS) {
                // Before OpenCL 3.0 extensions had no versions.
                return 0;
            }
            ByteBuffer list = MemoryUtil.memAlloc((int) size.get(0)).order(ByteOrder.nativeOrder());
            try {
                OpenClNative.check(
                        "clGetDeviceInfo",
                        CL10.clGetDeviceInfo(device, CL30.CL_DEVICE_EXTENSIONS_WITH_VERSION, list, null));
                for (int at = 0; at + NAME_VERSION_BYTES <= list.capacity(); at += NAME_VERSION_BYTES) {
                    ByteBuffer name = list.slice(at + Integer.BYTES, NAME_VERSION_BYTES - Integer.BYTES);
                    if (StandardCharsets.US_ASCII.decode(name).toString().startsWith(EXTENSION + '\0')) {
                        return list.getInt(at);
                    }
                }
                return 0;
            } finally {
                MemoryUtil.memFree(list);
            }
        }
    }

    static long capabilities(long device) {
        return OpenClNative.deviceLong(device, KHRCommandBuffer.CL_DEVICE_COMMAND_BUFFER_CAPABILITIES_KHR);
    }

    /** Properties that a queue must have for its commands to be recorded. */
    static long requiredQueueProperties(long device) {
        return OpenClNative.deviceLong(device, KHRCommandBuffer.CL_DEVICE_COMMAND_BUFFER_REQUIRED_QUEUE_PROPERTIES_KHR);
    }

    /** An empty buffer for commands of one queue. */
    long create(long queue) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            LongBuffer properties = stack.longs(KHRCommandBuffer.CL_COMMAND_BUFFER_FLAGS_KHR, flags, 0);
            long buffer = JNI.callPPPP(
                    1,
                    MemoryUtil.memAddress(stack.pointers(queue)),
                    flags == 0 ? NULL : MemoryUtil.memAddress(properties),
                    MemoryUtil.memAddress(code),
                    create);
            OpenClNative.check("clCreateCommandBufferKHR", code.get(0));
            return buffer;
        }
    }

    /** Adds a kernel, whose arguments are as they are set now. */
    void add(long buffer, long kernel, long[] global, long[] local) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            PointerBuffer globals = stack.pointers(global);
            PointerBuffer locals = stack.pointers(local);
            int code = JNI.callPPPPPPPPPPI(
                    buffer,
                    NULL,
                    NULL,
                    kernel,
                    global.length,
                    NULL,
                    MemoryUtil.memAddress(globals),
                    MemoryUtil.memAddress(locals),
                    0,
                    NULL,
                    NULL,
                    NULL,
                    record);
            OpenClNative.check("clCommandNDRangeKernelKHR", code);
        }
    }

    /** Ends recording. */
    void complete(long buffer) {
        OpenClNative.check("clFinalizeCommandBufferKHR", JNI.callPI(buffer, complete));
    }

    /** Enqueues all of it on the queue that it was made for. */
    void enqueue(long buffer) {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            // Nobody wants the event, but versions of PoCL follow its pointer.
            PointerBuffer event = stack.callocPointer(1);
            int code = JNI.callPPPPI(0, NULL, buffer, 0, NULL, MemoryUtil.memAddress(event), enqueue);
            OpenClNative.check("clEnqueueCommandBufferKHR", code);
            OpenClNative.releaseEvent(event.get(0));
        }
    }

    void release(long buffer) {
        OpenClNative.check("clReleaseCommandBufferKHR", JNI.callPI(buffer, release));
    }
}
