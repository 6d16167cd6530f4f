package dev.tenon.benchmarks;

import java.nio.IntBuffer;
import org.lwjgl.PointerBuffer;
import org.lwjgl.opencl.CL10;
import org.lwjgl.system.MemoryStack;
import org.lwjgl.system.MemoryUtil;

/**
 * A kernel that does nothing, on the first device of the first OpenCL platform, without Tenon: what its driver asks for
 * every launch. The OpenCL backend must be loaded before, which loads the library.
 */
final class EmptyKernel implements AutoCloseable {
    private final long context;
    private final long queue;
    private final long program;
    private final long kernel;
    private final long sizes = MemoryUtil.nmemAllocChecked(2L * Long.BYTES);

    EmptyKernel() {
        try (MemoryStack stack = MemoryStack.stackPush()) {
            IntBuffer code = stack.mallocInt(1);
            PointerBuffer platform = stack.mallocPointer(1);
            check(CL10.clGetPlatformIDs(platform, (IntBuffer) null));
            PointerBuffer device = stack.mallocPointer(1);
            check(CL10.clGetDeviceIDs(platform.get(0), CL10.CL_DEVICE_TYPE_ALL, device, (IntBuffer) null));
            PointerBuffer properties = stack.pointers(CL10.CL_CONTEXT_PLATFORM, platform.get(0), 0);
            context = CL10.clCreateContext(properties, device.get(0), null, 0, code);
            check(code.get(0));
            queue = CL10.clCreateCommandQueue(context, device.get(0), 0, code);
            check(code.get(0));
            program = CL10.clCreateProgramWithSource(context, "__kernel void nothing() {}", code);
            check(code.get(0));
            check(CL10.clBuildProgram(program, device.get(0), "", null, 0));
            kernel = CL10.clCreateKernel(program, "nothing", code);
            check(code.get(0));
        }
        // As many work items as an elementwise operator of one element has.
        MemoryUtil.memPutLong(sizes, 128);
        MemoryUtil.memPutLong(sizes + Long.BYTES, 128);
    }

    void enqueue() {
        check(CL10.nclEnqueueNDRangeKernel(queue, kernel, 1, 0, sizes, sizes + Long.BYTES, 0, 0, 0));
    }

    void finish() {
        check(CL10.clFinish(queue));
    }

    private static void check(int code) {
        if (code != CL10.CL_SUCCESS) {
            throw new IllegalStateException("OpenCL's code " + code);
        }
    }

    @Override
    public void close() {
        check(CL10.clReleaseKernel(kernel));
        check(CL10.clReleaseProgram(program));
        check(CL10.clReleaseCommandQueue(queue));
        check(CL10.clReleaseContext(context));
        MemoryUtil.nmemFree(sizes);
    }
}
